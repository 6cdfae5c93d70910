"""Which looks are due: made into rows once each, by the clock and by arriving versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.datasets.models import DatasetVersion, VersionState
from mlops.formats.monitor import MonitorSettings
from mlops.monitoring.columns import Columns
from mlops.monitoring.models import Backfill, Look, LookCause, LookState, Monitor, Rhythm
from mlops.monitoring.windows import next_end, windows
from mlops.work.calls import later

MOST_AT_ONCE = 50
"""Missed windows that are made into looks at one tick; the others follow at the next."""
LOOK_FOR_VERSIONS = timedelta(seconds=10)


def rhythm_of(settings: MonitorSettings, columns: Columns) -> Rhythm:
    axis = settings.target.axis
    if settings.target.endpoint or columns.types.get(axis) == "date":
        return Rhythm.CLOCK
    return Rhythm.BATCH if axis in columns.types else Rhythm.VERSION


def plan_anew(monitor: Monitor, settings: MonitorSettings, *, now: datetime) -> None:
    """From now on; the caller saves. A window that is over when a monitor is made is left to a back-fill."""
    newest = 0
    if monitor.dataset_id:
        known = DatasetVersion.objects.filter(dataset=monitor.dataset, state=VersionState.READY)
        newest = known.order_by("-number").values_list("number", flat=True).first() or 0
    monitor.seen_version = newest
    monitor.planned_to = now
    monitor.next_at = _next_at(monitor, settings, now=now) if monitor.is_enabled else None


def plan_due(monitor_id: Any, *, now: datetime) -> int:
    """Makes the looks that are due by now; how many. Safe for any number of workers at a time."""
    with transaction.atomic():
        monitor = (
            Monitor.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=monitor_id)
        )
        settings = monitor.wanted
        if not monitor.is_enabled or monitor.next_at is None or monitor.next_at > now:
            return 0
        made = []
        if monitor.rhythm == Rhythm.CLOCK:
            made = _by_clock(monitor, settings, now=now)
        elif monitor.rhythm == Rhythm.VERSION:
            made = _by_version(monitor, settings)
        elif new_versions(monitor).exists():
            later("monitoring.batches", monitor.pk)
        monitor.next_at = _next_at(monitor, settings, now=now)
        monitor.save(update_fields=["planned_to", "seen_version", "next_at", "last_number"])
        for look in made:
            later("monitoring.look", look.pk)
    return len(made)


def make_look(
    monitor: Monitor,
    *,
    window: str,
    start: datetime | None,
    end: datetime,
    cause: LookCause,
    round: int = 0,
    backfill: Backfill | None = None,
    actor: Any = None,
) -> Look | None:
    """None where this window was made into a look before, with these settings. The caller holds the monitor's row and
    saves its `last_number`."""
    known = Look.objects.filter(monitor=monitor, window=window, revision=monitor.revision, round=round)
    if known.exists():
        return None
    monitor.last_number += 1
    return Look.objects.create(
        monitor=monitor,
        number=monitor.last_number,
        window=window,
        start=start,
        end=end,
        revision=monitor.revision,
        round=round,
        cause=cause,
        backfill=backfill,
        state=LookState.QUEUED,
        reason=_("Waits for a worker."),
        state_since=timezone.now(),
        created_by=actor,
    )


def version_windows(
    settings: MonitorSettings, version: DatasetVersion, *, previous_at: datetime | None
) -> Sequence[tuple[str, datetime | None]]:
    """The windows that a version brings, by name, with their start."""
    if settings.target.axis != "@rows":
        return ((f"version:{version.number}", previous_at),)
    step, rows = settings.target.rows_per_window or 1, version.row_count or 0
    return tuple(
        (f"rows:{version.number}:{first}-{min(first + step, rows)}", previous_at) for first in range(0, rows, step)
    )


def _by_clock(monitor: Monitor, settings: MonitorSettings, *, now: datetime) -> list[Look]:
    over = now - timedelta(seconds=settings.delay_seconds)
    made = []
    for span in windows(settings, after=monitor.planned_to or over, until=over):
        look = make_look(monitor, window=span.key, start=span.start, end=span.end, cause=LookCause.CLOCK)
        made += [look] if look else []
        monitor.planned_to = span.end
        if len(made) >= MOST_AT_ONCE:
            break
    return made


def _by_version(monitor: Monitor, settings: MonitorSettings) -> list[Look]:
    made = []
    for version in new_versions(monitor)[:MOST_AT_ONCE]:
        made += looks_of_version(monitor, settings, version, cause=LookCause.VERSION)
        monitor.seen_version = version.number
    return made


def new_versions(monitor: Monitor) -> QuerySet[DatasetVersion]:
    """The oldest first."""
    known = DatasetVersion.objects.filter(dataset=monitor.dataset, state=VersionState.READY)
    return known.filter(number__gt=monitor.seen_version).order_by("number")


def looks_of_version(
    monitor: Monitor,
    settings: MonitorSettings,
    version: DatasetVersion,
    *,
    cause: LookCause,
    backfill: Backfill | None = None,
    round: int = 0,
    actor: Any = None,
) -> list[Look]:
    earlier = DatasetVersion.objects.filter(
        dataset=version.dataset_id, number__lt=version.number, state=VersionState.READY
    )
    before = earlier.order_by("-number").values_list("created_at", flat=True).first()
    made = (
        make_look(
            monitor,
            window=name,
            start=start,
            end=version.created_at,
            cause=cause,
            backfill=backfill,
            round=round,
            actor=actor,
        )
        for name, start in version_windows(settings, version, previous_at=before)
    )
    return [look for look in made if look]


def _next_at(monitor: Monitor, settings: MonitorSettings, *, now: datetime) -> datetime | None:
    if monitor.rhythm != Rhythm.CLOCK:
        return now + LOOK_FOR_VERSIONS
    end = next_end(settings, after=monitor.planned_to or now)
    return end + timedelta(seconds=settings.delay_seconds) if end else None
