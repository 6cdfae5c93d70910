"""Which windows of the past a back-fill has: none before the first row of what is watched."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from django.db.models import Min
from django.utils.translation import gettext as _

from mlops.collected.reading import parts_of
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.formats.profile import TableProfile
from mlops.formats.refusal import Refusal, Where
from mlops.monitoring.models import Monitor, Rhythm
from mlops.monitoring.sources import newest_of, target_of
from mlops.monitoring.windows import windows

MOST_WINDOWS = 1_000_000
"""Beyond it the range is surely a slip."""


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """Every window that ends in (start, end]."""

    start: datetime
    end: datetime
    windows: int


def past_of(monitor: Monitor, start: datetime, end: datetime | None, *, now: datetime) -> Past:
    """By now where no end is given. Raises Refusal where it has no window, or too many."""
    end = end or now
    if start >= end:
        message = _("The range ends before it begins.")
        raise Refusal("range_invalid", message, hint=_("Give an end after the start."), where=Where(parameter="end"))
    end = min(end, now)
    first = first_row_at(monitor)
    if first is None and monitor.endpoint:
        message = _("Nothing was collected of “%(name)s” yet.") % {"name": monitor.endpoint.name}
        hint = _("A back-fill has something to look at once it was called while data collection is on.")
        raise Refusal("range_empty", message, hint=hint, status=422)
    begin = max(start, first) if first else start
    count = _count(monitor, begin, end) if begin < end else 0
    if count:
        return Past(start=begin, end=end, windows=count)
    message = _("No window of this monitor ends between %(start)s and %(end)s.")
    hint = _("Take a longer range, or shorter windows.")
    if first and first > start:
        hint = _("What it watches has its first row at %(first)s.") % {"first": _shown(first)} + " " + hint
    raise Refusal(
        "range_empty",
        message % {"start": _shown(start), "end": _shown(end)},
        hint=hint,
        status=422,
        where=Where(parameter="start"),
    )


def first_row_at(monitor: Monitor) -> datetime | None:
    """None where there is no row, where nobody knows, or where windows are not told apart by time."""
    if monitor.rhythm != Rhythm.CLOCK:
        return None
    target = monitor.wanted.target
    watched = target_of(monitor.project, target)
    if watched.endpoint is not None:
        names = (target.deployment,) if target.deployment else ()
        found: datetime | None = parts_of(watched.endpoint, deployments=names).aggregate(first=Min("first_at"))["first"]
        return found
    version = newest_of(monitor.project, target.dataset)
    profile = msgspec.convert(version.profile, TableProfile) if version.profile else None
    if profile is None or profile.sampled_rows is not None:
        return None  # the least of a sample is not the first
    least = next((one.minimum for one in profile.columns if one.name == target.axis), None)
    return _moment(least)


def _moment(least: object) -> datetime | None:
    """A profile's least date: a text of ISO 8601, in UTC where it names no zone."""
    try:
        found = least if isinstance(least, datetime) else datetime.fromisoformat(str(least))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _count(monitor: Monitor, start: datetime, end: datetime) -> int:
    if monitor.rhythm != Rhythm.CLOCK:
        known = DatasetVersion.objects.filter(dataset=monitor.dataset, state=VersionState.READY)
        return known.filter(created_at__gt=start, created_at__lte=end).count()
    count = 0
    for _span in windows(monitor.wanted, after=start, until=end):
        count += 1
        if count > MOST_WINDOWS:
            message = _("This range has more than %(most)d windows.") % {"most": MOST_WINDOWS}
            raise Refusal("range_too_long", message, hint=_("Take a shorter range or longer windows."))
    return count


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
