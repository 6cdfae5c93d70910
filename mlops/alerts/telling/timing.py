"""When a person is told: after their quiet hours, and with their summary. Pure; local times are theirs, over changes of
the clock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mlops.alerts.models import Digest, Preference


def zone_of(preference: Preference) -> ZoneInfo:
    try:
        return ZoneInfo(preference.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def end_of_quiet(preference: Preference, now: datetime) -> datetime | None:
    """When the quiet hours that hold now will be over, else None."""
    begins, ends = preference.quiet_from, preference.quiet_until
    if begins is None or ends is None or begins == ends:
        return None
    zone = zone_of(preference)
    local = now.astimezone(zone)
    clock = local.time()
    spans_midnight = begins > ends
    is_quiet = (clock >= begins or clock < ends) if spans_midnight else begins <= clock < ends
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1) if spans_midnight and clock >= begins else local.date()
    return at_local(day, ends, zone)


def next_digest(preference: Preference, now: datetime) -> datetime | None:
    """When the next summary leaves, after `now`; None where each alert is told at once."""
    if preference.digest == Digest.OFF:
        return None
    if preference.digest == Digest.HOURLY:
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    zone = zone_of(preference)
    day = now.astimezone(zone).date()
    while True:
        is_day = preference.digest == Digest.DAILY or day.weekday() == preference.digest_day
        moment = at_local(day, preference.digest_at, zone)
        if is_day and moment > now:
            return moment
        day += timedelta(days=1)


def at_local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """In UTC. A time that the change of the clock leaves out is the moment of the change; one that comes twice is the
    first."""
    local = datetime.combine(day, clock.replace(tzinfo=None), tzinfo=zone)
    moment = local.astimezone(ZoneInfo("UTC"))
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    # In the gap, the offset from before gives a moment after it: go back to where the clock jumped.
    before = local.replace(fold=1).astimezone(ZoneInfo("UTC"))
    low, high = min(before, moment), max(before, moment)
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        is_after = middle.astimezone(zone).utcoffset() != low.astimezone(zone).utcoffset()
        low, high = (low, middle) if is_after else (middle, high)
    return high.replace(second=0, microsecond=0)
