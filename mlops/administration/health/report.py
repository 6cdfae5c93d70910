"""How all parts are, as pages, REST and `mlops health` tell it: rows alone, and whether anybody looks at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.retold import retold
from mlops.administration.health.finding import Finding, worst_first
from mlops.administration.health.looks import machines
from mlops.administration.health.parts import BY_KEY, PARTS, Part
from mlops.administration.models import HealthChange, HealthPart
from mlops.administration.system.report import require_sight
from mlops.administration.system.standing import State, worst

STALE = timedelta(minutes=3)
"""Beyond three of its intervals: who looked last may be at work."""
CHANGES = 50


class PartLine(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    title: str
    state: State
    since: datetime | None
    looked_at: datetime | None
    findings: list[Finding]


class ChangeLine(msgspec.Struct, frozen=True, kw_only=True):
    part: str
    title: str
    was: str
    state: str
    why: str
    at: datetime


class Health(msgspec.Struct, frozen=True, kw_only=True):
    state: State
    looked_at: datetime | None
    parts: list[PartLine]
    changes: list[ChangeLine]
    """The newest first."""


def health(actor: Any) -> Health:
    """Raises Refusal `forbidden` for all but administrators."""
    require_sight(actor)
    lines = part_lines()
    looked = [one.looked_at for one in lines if one.looked_at]
    return Health(
        state=worst(lines),
        looked_at=max(looked, default=None),
        parts=lines,
        changes=[_change(one) for one in HealthChange.objects.all()[:CHANGES]],
    )


def part_lines(now: datetime | None = None) -> list[PartLine]:
    """Workers are looked at now: it is they who look at the others."""
    now = now or timezone.now()
    rows = {row.key: row for row in HealthPart.objects.all()}
    return [_line(part, rows.get(part.key), now) for part in PARTS]


def troubles() -> list[PartLine]:
    """What administrators were told of, and is bad yet: for a note on their first page. One query where all is well."""
    keys = set(HealthPart.objects.exclude(told_at=None).values_list("key", flat=True))
    return [one for one in part_lines() if one.key in keys] if keys else []


def _line(part: Part, row: HealthPart | None, now: datetime) -> PartLine:
    findings, state, since = _of(row)
    looked_at = row.looked_at if row else None
    if part.key == "workers":
        findings = worst_first(machines.of_workers())
        live = worst(findings)
        state, since, looked_at = live, since if live == state else _first(findings), now
    elif looked_at is None or now - looked_at > 3 * timedelta(seconds=part.every_seconds) + STALE:
        why = _("Nobody has looked lately: the looks are a worker's.") if looked_at else _("Nobody has looked yet.")
        remedy = _("See whether a worker runs.")
        findings, state = [Finding(state="unknown", why=why, remedy=remedy, since=looked_at), *findings], "unknown"
    return PartLine(
        key=part.key, title=str(part.title), state=state, since=since, looked_at=looked_at,
        findings=[_told(one) for one in findings],
    )  # fmt: skip


def _of(row: HealthPart | None) -> tuple[list[Finding], State, datetime | None]:
    if row is None or not row.state:
        return [], "unknown", None
    findings = msgspec.convert(row.findings, list[Finding])
    return findings, worst(findings), row.since


def _first(findings: list[Finding]) -> datetime | None:
    return min((one.since for one in findings if one.since), default=None)


def _told(one: Finding) -> Finding:
    return msgspec.structs.replace(one, why=retold(one.why), remedy=retold(one.remedy))


def _change(row: HealthChange) -> ChangeLine:
    part = BY_KEY.get(row.part)
    title = str(part.title) if part else row.part
    return ChangeLine(part=row.part, title=title, was=row.was, state=row.state, why=retold(row.why), at=row.at)
