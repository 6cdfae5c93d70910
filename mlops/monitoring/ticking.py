"""The clock of the monitors: makes the looks that are due and the next ones of back-fills, and ends back-fills."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.datasets.models import DatasetVersion, VersionState
from mlops.monitoring.models import Backfill, BackfillState, Look, LookCause, LookState, Monitor, Rhythm
from mlops.monitoring.planning import looks_of_version, make_look, plan_due
from mlops.monitoring.windows import windows
from mlops.work.calls import later

AHEAD = 20
"""Looks of a back-fill that wait at a time: others of the studio get their turn between them."""
MOST_SKIPPED = 2_000
"""Windows of a back-fill that were looked at already and are stepped over in one tick."""


def tick(*, now: datetime | None = None) -> None:
    now = now or timezone.now()
    for pk in _due(now).order_by("next_at").values_list("pk", flat=True)[:200]:
        plan_due(pk, now=now)
    for pk in _running().values_list("pk", flat=True):
        move_backfill(pk)


def is_any() -> bool:
    """Whether a tick would do anything."""
    return _due(timezone.now()).exists() or _running().exists()


def _due(now: datetime) -> QuerySet[Monitor]:
    return Monitor.objects.filter(is_enabled=True, next_at__lte=now)


def _running() -> QuerySet[Backfill]:
    return Backfill.objects.filter(state=BackfillState.RUNNING)


def move_backfill(backfill_id: Any) -> None:
    """Makes its next looks, until AHEAD of them wait; ends it when all have ended."""
    with transaction.atomic():
        found = Backfill.objects.select_related("monitor").get(pk=backfill_id)
        monitor = (
            Monitor.objects.select_for_update(of=("self",), no_key=True)
            .select_related("project")
            .get(pk=found.monitor_id)
        )
        asked = Backfill.objects.get(pk=backfill_id)
        if asked.state != BackfillState.RUNNING:
            return
        waiting = Look.objects.filter(backfill=asked, state__in=(LookState.QUEUED, LookState.RUNNING)).count()
        made = _next_looks(monitor, asked, AHEAD - waiting) if waiting < AHEAD else []
        if asked.made_to >= asked.end and not waiting and not made:
            asked.state, asked.state_since = BackfillState.COMPLETED, timezone.now()
            asked.reason = _("Every window was looked at.")
        asked.save(update_fields=["made_to", "state", "state_since", "reason"])
        monitor.save(update_fields=["last_number"])
        for look in made:
            later("monitoring.look", look.pk)


def _next_looks(monitor: Monitor, asked: Backfill, room: int) -> list[Look]:
    if monitor.rhythm != Rhythm.CLOCK:
        return _of_versions(monitor, asked, room)
    made: list[Look] = []
    for place, span in enumerate(windows(monitor.wanted, after=asked.made_to, until=asked.end)):
        if len(made) >= room or place >= MOST_SKIPPED:
            return made
        look = make_look(
            monitor, window=span.key, start=span.start, end=span.end, cause=LookCause.BACKFILL, backfill=asked
        )
        made += [look] if look else []
        asked.made_to = span.end
    asked.made_to = asked.end
    return made


def _of_versions(monitor: Monitor, asked: Backfill, room: int) -> list[Look]:
    made: list[Look] = []
    known = DatasetVersion.objects.filter(dataset=monitor.dataset, state=VersionState.READY)
    span = known.filter(created_at__gt=asked.made_to, created_at__lte=asked.end).order_by("created_at")
    for version in span:
        if len(made) >= room:
            return made
        made += looks_of_version(monitor, monitor.wanted, version, cause=LookCause.BACKFILL, backfill=asked)
        asked.made_to = version.created_at
    asked.made_to = asked.end
    return made
