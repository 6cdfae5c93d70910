"""When a schedule fires, as a sentence and as the moments to come."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.formats.schedule import Cron, NewVersion, Recurrence, Trigger
from mlops.pipelines.timing import preview


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One fire in the schedule's own zone. `shift`: the clock has changed since the fire before."""

    at: datetime
    text: str
    offset: str
    utc: str
    shift: bool = False


def in_words(trigger: Trigger) -> str:
    """Such as “Cron 0 6 * * 1-5, Europe/Berlin” or “Every 2 days at 06:30, UTC”."""
    if isinstance(trigger, Cron):
        return _("Cron %(text)s, %(zone)s") % {"text": trigger.expression, "zone": trigger.time_zone}
    if isinstance(trigger, Recurrence):
        return f"{_every(trigger)}{_days(trigger)}{_times(trigger)}, {trigger.time_zone}"
    if isinstance(trigger, NewVersion):
        return _("On a new version of the dataset “%(name)s”") % {"name": trigger.dataset}
    return _("On files that arrive in %(folder)s, looked at every %(minutes)g min") % {
        "folder": trigger.folder,
        "minutes": trigger.polling_minutes,
    }


def moments(trigger: Trigger, *, after: datetime | None = None, count: int = 10) -> list[Moment]:
    """The next fires of a trigger by the clock; none for one that waits for data. Raises the Refusals of `fires`."""
    if not isinstance(trigger, Cron | Recurrence):
        return []
    found: list[Moment] = []
    before: datetime | None = None
    for moment in preview(trigger, after=after or timezone.now(), count=count):
        shift = before is not None and before.utcoffset() != moment.utcoffset()
        found.append(moment_of(moment, shift=shift))
        before = moment
    return found


def moment_of(moment: datetime, *, shift: bool = False) -> Moment:
    offset = moment.strftime("%z")
    return Moment(
        at=moment,
        text=moment.strftime("%a %Y-%m-%d %H:%M"),
        offset=f"UTC{offset[:3]}:{offset[3:5]}",
        utc=moment.astimezone(timezone.get_default_timezone()).strftime("%Y-%m-%d %H:%M"),
        shift=shift,
    )


def _every(trigger: Recurrence) -> str:
    count = trigger.interval
    return {
        "minute": ngettext("Every minute", "Every %(count)d minutes", count),
        "hour": ngettext("Every hour", "Every %(count)d hours", count),
        "day": ngettext("Every day", "Every %(count)d days", count),
        "week": ngettext("Every week", "Every %(count)d weeks", count),
        "month": ngettext("Every month", "Every %(count)d months", count),
    }[trigger.frequency] % {"count": count}


def _days(trigger: Recurrence) -> str:
    days = trigger.week_days if trigger.frequency == "week" else trigger.month_days
    if not days or trigger.frequency not in ("week", "month"):
        return ""
    return _(" on %(days)s") % {"days": ", ".join(str(day).capitalize() for day in days)}


def _times(trigger: Recurrence) -> str:
    if trigger.frequency in ("minute", "hour"):
        return ""
    hours, minutes = trigger.hours or (0,), trigger.minutes or (0,)
    if trigger.start_at and not (trigger.hours and trigger.minutes):
        hours, minutes = trigger.hours or (trigger.start_at.hour,), trigger.minutes or (trigger.start_at.minute,)
    return _(" at %(times)s") % {"times": ", ".join(f"{hour:02d}:{minute:02d}" for hour in hours for minute in minutes)}
