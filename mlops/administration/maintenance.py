"""Closing the server for changes, and opening it again. No process is restarted."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access import maintenance
from mlops.access.decisions import require_administrator
from mlops.access.maintenance import Maintenance
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, Where
from mlops.work.calls import later

LONGEST_REASON = 500
SUBJECT = "server/maintenance"
DURATION = re.compile(r"(\d{1,4})\s*([mhd])")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def begin(actor: Any, *, reason: str, until: str = "") -> Maintenance:
    """Or changes reason and end of one that is on. `until`: `45m`, `2h`, `1d`, or a moment, in UTC where it names no
    zone. Raises Refusal `reason_missing`, `until_invalid`."""
    require(actor)
    told = " ".join(reason.split())
    if not told or len(told) > LONGEST_REASON:
        raise Refusal(
            "reason_missing",
            _("Say why in 1 to %d characters: everybody reads it.") % LONGEST_REASON,
            where=Where(parameter="reason"),
        )
    before, now = maintenance.current(), timezone.now()
    after = Maintenance(
        reason=told,
        by=actor.get_username(),
        since=before.since if before else now,
        until=_moment(until.strip(), now),
    )
    with transaction.atomic():
        record(
            actor, "mlops.server.maintenance_began", subject=SUBJECT, data=_facts(after),
            before=_facts(before) if before else {}, after=_facts(after),
        )  # fmt: skip
        maintenance.tell(after)
    maintenance.bring_up_to_date()
    return after


def end(actor: Any) -> Maintenance | None:
    """What was on; None where the server was open."""
    require(actor)
    found = maintenance.current()
    if found is None:
        return None
    with transaction.atomic():
        data = {"seconds": round((timezone.now() - found.since).total_seconds(), 1)}
        record(actor, "mlops.server.maintenance_ended", subject=SUBJECT, data=data, before=_facts(found), after={})
        maintenance.tell(None)
        later("execution.wake_queued")
    maintenance.bring_up_to_date()
    return found


def require(actor: Any) -> None:
    """Raises Refusal `forbidden` for all but administrators."""
    require_administrator(actor, _("Only an administrator may close or open this server."))


def _facts(found: Maintenance) -> dict[str, str]:
    return {"reason": found.reason, "until": found.until.isoformat() if found.until else ""}


def _moment(text: str, now: datetime) -> datetime | None:
    if not text:
        return None
    if span := DURATION.fullmatch(text):
        return now + timedelta(**{UNITS[span[2]]: int(span[1])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise _invalid(text) from None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    if found <= now:
        raise _invalid(text)
    return found


def _invalid(text: str) -> Refusal:
    return Refusal(
        "until_invalid",
        _("“%s” is no moment to come.") % text[:40],
        hint=_("Write 45m, 2h, 1d, or a time such as 2026-05-04T18:30 in UTC."),
        where=Where(parameter="until"),
    )
