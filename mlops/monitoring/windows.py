"""Which windows of time a monitor looks at: pure, from its settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from mlops.formats.monitor import MonitorSettings
from mlops.formats.schedule import Cron, Recurrence
from mlops.pipelines.timing import fires

FAR_BACK = (1.2, 8.0, 400.0)
"""In lengths of the usual period: how far back the end before is sought."""
PERIOD = {"minute": 60.0, "hour": 3600.0, "day": 86400.0, "week": 7 * 86400.0, "month": 31 * 86400.0}


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """[start, end), UTC."""

    start: datetime
    end: datetime

    @property
    def key(self) -> str:
        return f"{self.start.isoformat()}/{self.end.isoformat()}"


def times_of(settings: MonitorSettings) -> Cron | Recurrence:
    if settings.times is not None:
        return settings.times
    days = (1,) if settings.frequency == "month" else ()
    return Recurrence(frequency=settings.frequency, interval=settings.interval, month_days=days)


def window_ending(settings: MonitorSettings, end: datetime) -> Span:
    if settings.window_seconds > 0:
        return Span(start=end - timedelta(seconds=settings.window_seconds), end=end)
    return Span(start=_end_before(settings, end), end=end)


def window_until(settings: MonitorSettings, now: datetime) -> Span:
    """As long as the others and up to this moment, whichever window that moment lies in."""
    return Span(start=now - timedelta(seconds=settings.window_seconds or period_seconds(settings)), end=now)


def window_words(start: datetime, end: datetime) -> str:
    """Both ends in UTC: with seconds where either has some, and the second day only where it is another."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    clock = "%H:%M:%S" if start.second or end.second else "%H:%M"
    last = clock if start.date() == end.date() else f"%Y-%m-%d {clock}"
    return f"{start:%Y-%m-%d {clock}} – {end.strftime(last)} UTC"


def windows(settings: MonitorSettings, *, after: datetime, until: datetime) -> Iterator[Span]:
    """Those that end later than `after` and not later than `until`, the oldest first."""
    previous: datetime | None = None
    for end in fires(times_of(settings), after=after):
        if end > until:
            return
        if settings.window_seconds > 0 or previous is None:
            yield window_ending(settings, end)
        else:
            yield Span(start=previous, end=end)
        previous = end


def next_end(settings: MonitorSettings, *, after: datetime) -> datetime | None:
    return next(fires(times_of(settings), after=after), None)


def last_end(settings: MonitorSettings, *, until: datetime) -> datetime | None:
    """Of the last window that is over by then."""
    return _last(settings, until + timedelta(microseconds=1))


def period_seconds(settings: MonitorSettings) -> float:
    """About how far windows lie apart."""
    times = times_of(settings)
    if isinstance(times, Recurrence):
        return PERIOD[times.frequency] * times.interval
    start = datetime.fromisoformat("2001-01-01T00:00:00+00:00")
    ends = fires(times, after=start)
    first, second = next(ends, None), next(ends, None)
    return (second - first).total_seconds() if first and second else PERIOD["day"]


def _end_before(settings: MonitorSettings, end: datetime) -> datetime:
    return _last(settings, end) or end - timedelta(seconds=period_seconds(settings))


def _last(settings: MonitorSettings, before: datetime) -> datetime | None:
    for lengths in FAR_BACK:
        found = None
        for moment in fires(times_of(settings), after=before - timedelta(seconds=lengths * period_seconds(settings))):
            if moment >= before:
                break
            found = moment
        if found is not None:
            return found
    return None
