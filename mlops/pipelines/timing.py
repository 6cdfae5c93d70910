"""The moments at which a schedule fires, over changes of the clock, and which of those that were missed still run."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import msgspec
from cronsim import CronSim, CronSimError
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.schedule import Cron, Recurrence

GRACE = timedelta(minutes=2)
"""A fire that is looked at this late still counts as on time."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EPOCH = datetime(2000, 1, 3, tzinfo=UTC)
"""A Monday: where intervals are counted from when no start is given."""
MOST_MISSED = 1_000

CatchUp = Literal["skip", "once", "all"]


class Due(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    runs: bool
    reason: str = ""


def fires(timing: Cron | Recurrence, *, after: datetime) -> Iterator[datetime]:
    """Moments later than `after`, in UTC, in their order. Raises Refusal `time_zone_unknown`, `cron_invalid` or
    `recurrence_invalid`."""
    zone = zone_of(timing.time_zone)
    start, end = _aware(timing.start_at, zone), _aware(timing.end_at, zone)
    if start is not None:
        after = max(after, start - timedelta(microseconds=1))
    moments = _cron(timing, zone, after) if isinstance(timing, Cron) else _recurring(timing, zone, after)
    for moment in moments:
        if end is not None and moment > end:
            return
        yield moment


def preview(timing: Cron | Recurrence, *, after: datetime, count: int = 10) -> list[datetime]:
    """In the schedule's own zone, so that each shows its UTC offset."""
    zone = zone_of(timing.time_zone)
    return [moment.astimezone(zone) for moment in islice(fires(timing, after=after), count)]


def due(
    timing: Cron | Recurrence, *, looked_at: datetime, now: datetime, catch_up: CatchUp, most: int
) -> tuple[Due, ...]:
    """What to decide about the fires between the last look and now. Of missed ones, `skip` runs none, `once` the
    newest, `all` the newest `most`."""
    found: list[datetime] = []
    for moment in fires(timing, after=looked_at):
        if moment > now:
            break
        found = [*found[-MOST_MISSED + 1 :], moment]
    on_time = [moment for moment in found if now - moment <= GRACE]
    missed = [moment for moment in found if now - moment > GRACE]
    count = {"skip": 0, "once": 0 if on_time else 1, "all": most}[catch_up]
    caught = set(missed[len(missed) - count :]) if count else set()
    told = _("Missed: no worker was there at that time.")
    return tuple(
        Due(at=moment, runs=moment in caught, reason=f"{told} {_rule(catch_up, moment in caught, most)}")
        for moment in missed
    ) + tuple(Due(at=moment, runs=True) for moment in on_time)


def _rule(catch_up: CatchUp, runs: bool, most: int) -> str:
    if runs:
        return _("It is run now by the rule for missed times.")
    return {
        "skip": _("The rule is to leave missed times out."),
        "once": _("The rule is to run once for all missed times."),
        "all": _("The rule is to run at most the last %(most)d missed times.") % {"most": most},
    }[catch_up]


def zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refusal(
            "time_zone_unknown",
            _("There is no time zone “%(name)s”.") % {"name": name},
            hint=nearest(name, available_timezones()) or _("Such as Europe/Berlin or UTC."),
            where=Where(parameter="time_zone"),
        ) from error


def _cron(timing: Cron, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    if len(timing.expression.split()) != 5:
        raise _bad_cron(timing, _("it needs five fields: minute, hour, day, month, weekday"))
    try:
        moments = CronSim(timing.expression, after.astimezone(zone))
    except CronSimError as error:
        raise _bad_cron(timing, str(error)) from error
    for moment in moments:
        found = moment.astimezone(UTC)
        if found > after:
            yield found


def _bad_cron(timing: Cron, why: str) -> Refusal:
    return Refusal(
        "cron_invalid",
        _("“%(text)s” is no cron expression: %(why)s.") % {"text": timing.expression, "why": why},
        hint=_("Such as “0 6 * * 1-5”: at 6:00 from Monday to Friday."),
        where=Where(parameter="expression"),
    )


def _recurring(timing: Recurrence, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    _check(timing)
    start = _aware(timing.start_at, zone) or EPOCH
    if timing.frequency in ("minute", "hour"):
        step = timedelta(**{f"{timing.frequency}s": timing.interval})
        turn = max(0, (after - start) // step)
        while True:
            moment = start + turn * step
            turn += 1
            if moment > after:
                yield moment.astimezone(UTC)
    local = start.astimezone(zone)
    hours = timing.hours or ((local.hour,) if timing.start_at else (0,))
    minutes = timing.minutes or ((local.minute,) if timing.start_at else (0,))
    times = sorted(time(hour, minute) for hour in hours for minute in minutes)
    for day in _days(timing, local.date(), after.astimezone(zone).date()):
        for wall in times:
            moment = datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)
            if moment > after and moment >= start:
                yield moment


def _days(timing: Recurrence, first: date, after: date) -> Iterator[date]:
    """Days from the first period that may still hold a fire, without end (to the year 9999)."""
    if timing.frequency == "day":
        turn = max(0, (after - first).days // timing.interval)
        while True:
            yield first + timedelta(days=turn * timing.interval)
            turn += 1
    elif timing.frequency == "week":
        monday = first - timedelta(days=first.weekday())
        wanted = sorted(DAYS.index(day) for day in timing.week_days) or [first.weekday()]
        turn = max(0, (after - monday).days // 7 // timing.interval)
        while True:
            yield from (monday + timedelta(days=7 * turn * timing.interval + day) for day in wanted)
            turn += 1
    else:
        wanted = sorted(timing.month_days) or [first.day]
        months = first.year * 12 + first.month - 1
        turn = max(0, (after.year * 12 + after.month - 1 - months) // timing.interval)
        while True:
            year, month = divmod(months + turn * timing.interval, 12)
            last = monthrange(year, month + 1)[1]
            yield from (date(year, month + 1, day) for day in wanted if day <= last)
            turn += 1


def _check(timing: Recurrence) -> None:
    for name, values, least, most in (
        (_("interval"), (timing.interval,), 1, 10_000),
        (_("hours"), timing.hours, 0, 23),
        (_("minutes"), timing.minutes, 0, 59),
        (_("days of the month"), timing.month_days, 1, 31),
    ):
        for value in values:
            if not least <= value <= most:
                raise Refusal(
                    "recurrence_invalid",
                    _("%(name)s: %(value)d is not between %(least)d and %(most)d.")
                    % {"name": name, "value": value, "least": least, "most": most},
                )


def _aware(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """A time without zone is meant in the schedule's own, as in Azure's schedules."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=zone)
