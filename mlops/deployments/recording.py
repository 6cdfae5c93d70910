"""Recordings of an endpoint: for a while the router keeps the last scoring requests, so that they can be replayed.

They may hold personal data, so a recording is begun by somebody, ends by itself, is in no database and no backup, and
is read by contributors alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.deployments.models import Endpoint
from mlops.deployments.routers import Told, ask
from mlops.deployments.routing import route_at_once
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, Where

MOST_REQUESTS, MOST_HOURS = 2_000, 24.0 * 7
SECONDS = 5.0
COUNT_HEADER = "x-mlops-count"
"""As the router tells it."""


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """`most` is 0 where nothing is recorded. `kept`: how many there are now."""

    most: int
    until: datetime | None
    kept: int


def begin(actor: Any, endpoint: Endpoint, *, most: int = 200, hours: float = 24.0) -> Endpoint:
    """Of one that is running, the number and the end are changed."""
    require(actor, "collected.use", endpoint.project)
    _check("most", most, 1, MOST_REQUESTS)
    _check("hours", hours, 0.01, MOST_HOURS)
    until = timezone.now() + timedelta(hours=hours)
    return _set(actor, endpoint, most=most, until=until, type="mlops.endpoint.recording_began")


def end(actor: Any, endpoint: Endpoint) -> Endpoint:
    """What was kept is forgotten."""
    require(actor, "collected.use", endpoint.project)
    return _set(actor, endpoint, most=0, until=None, type="mlops.endpoint.recording_ended")


def state_of(endpoint: Endpoint) -> Recording:
    most = endpoint.records_now
    kept = sum(int(one.headers.get(COUNT_HEADER, 0)) for one in _kept(endpoint, "HEAD")) if most else 0
    return Recording(most=most, until=endpoint.record_until if most else None, kept=kept)


def recorded(actor: Any, endpoint: Endpoint) -> bytes:
    """One request a line, oldest first of each router. Raises Refusal `not_recording` or `nothing_recorded`."""
    require(actor, "collected.use", endpoint.project)
    hint = _("Begin a recording, and let callers come.")
    if not endpoint.records_now:
        message = _("The requests of “%(name)s” are not recorded.") % {"name": endpoint.name}
        raise Refusal("not_recording", message, hint=hint, status=409)
    lines = b"".join(one.body for one in _kept(endpoint, "GET"))
    if not lines:
        message = _("No request of “%(name)s” was recorded yet.") % {"name": endpoint.name}
        raise Refusal("nothing_recorded", message, hint=_("Wait until callers have come."), status=409)
    return lines


def _set(actor: Any, endpoint: Endpoint, *, most: int, until: datetime | None, type: str) -> Endpoint:
    with transaction.atomic():
        endpoint = (
            Endpoint.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=endpoint.pk)
        )
        endpoint.record, endpoint.record_until = most, until
        endpoint.save(update_fields=["record", "record_until"])
        data = {"most": most, "until": until.isoformat() if until else None}
        notice = ("endpoint", str(endpoint.pk))
        record(actor, type, subject=f"endpoints/{endpoint.name}", project=endpoint.project, data=data, notice=notice)
        route_at_once()
    return endpoint


def _kept(endpoint: Endpoint, method: str) -> list[Told]:
    """By each router; one that does not record yet tells nothing. Raises Refusal `router_unreachable`."""
    return ask(f"/-/recorded?endpoint={endpoint.pk}", seconds=SECONDS, method=method)


def _check(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise Refusal(
            "recording_invalid",
            _("%(name)s is %(value)s.") % {"name": name, "value": f"{value:g}"},
            hint=_("Give a number from %(least)s to %(most)s.") % {"least": f"{least:g}", "most": f"{most:g}"},
            where=Where(parameter=name),
        )
