"""The form of a schedule: what was typed becomes a trigger and rules, and a schedule becomes what would be typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mlops.formats.refusal import Refusal, Where
from mlops.pipelines.models import Schedule
from mlops.pipelines.schedules import read_trigger
from mlops.pipelines.timing import DAYS, zone_of
from mlops.web.pages.calling import PREFIX, shown
from mlops.web.typed import whole_number

KINDS = (
    ("recurrence", gettext_lazy("At regular times")),
    ("cron", gettext_lazy("By a cron expression")),
    ("dataset", gettext_lazy("On a new dataset version")),
    ("files", gettext_lazy("On files that arrive")),
)
FREQUENCIES = (
    ("minute", gettext_lazy("minutes")),
    ("hour", gettext_lazy("hours")),
    ("day", gettext_lazy("days")),
    ("week", gettext_lazy("weeks")),
    ("month", gettext_lazy("months")),
)
WEEK_DAYS = tuple(zip(DAYS, (
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"), gettext_lazy("Thursday"),
    gettext_lazy("Friday"), gettext_lazy("Saturday"), gettext_lazy("Sunday"),
), strict=True))  # fmt: skip
EMPTY: dict[str, Any] = {
    "kind": "recurrence",
    "expression": "0 6 * * 1-5",
    "frequency": "day",
    "interval": "1",
    "hours": "6",
    "minutes": "0",
    "week_days": [],
    "month_days": "",
    "time_zone": "UTC",
    "polling_minutes": "5",
    "catch_up": "once",
    "catch_up_most": "10",
    "overlap": "skip",
}


def typed_of(schedule: Schedule) -> dict[str, Any]:
    """What would have to be typed to get this schedule."""
    trigger = dict(schedule.trigger)
    kind = trigger.pop("type")
    lists = {name: ", ".join(map(str, trigger.pop(name, ()))) for name in ("hours", "minutes", "month_days")}
    zone = trigger.get("time_zone", "UTC")
    moments = {name: _wall_time(trigger.pop(name, None), zone) for name in ("start_at", "end_at")}
    return {
        **EMPTY,
        **trigger,
        **lists,
        **moments,
        "kind": kind,
        "watched": trigger.get("dataset", ""),
        "name": schedule.name,
        "description": schedule.description,
        "experiment": schedule.experiment,
        "version": schedule.version.number if schedule.version else "",
        "catch_up": schedule.catch_up,
        "catch_up_most": schedule.catch_up_most,
        "overlap": schedule.overlap,
        "continue_on_step_failure": schedule.continue_on_step_failure,
        **{PREFIX + name: shown(value) for name, value in schedule.parameters.items()},
    }


def typed_in(form: Any) -> dict[str, Any]:
    """A posted form as plain values; days of the week are several of one name."""
    return {**form.dict(), "week_days": form.getlist("week_days")}


def trigger_of(typed: Mapping[str, Any]) -> Any:
    """The typed trigger. Raises Refusal `number_expected`, `time_invalid`, `trigger_invalid`."""
    kind = typed.get("kind", "")
    found: dict[str, Any] = {"type": kind}
    if kind in ("cron", "recurrence"):
        found |= {"time_zone": typed.get("time_zone", "").strip() or "UTC"}
        found |= {name: moment for name in ("start_at", "end_at") if (moment := _moment(typed, name))}
    if kind == "cron":
        found["expression"] = typed.get("expression", "").strip()
    elif kind == "recurrence":
        found |= {"frequency": typed.get("frequency", "day"), "interval": _number(typed, "interval", 1)}
        found |= {name: _numbers(typed, name) for name in ("hours", "minutes", "month_days")}
        found["week_days"] = list(typed.get("week_days", ()))
    elif kind == "dataset":
        found |= {"dataset": typed.get("watched", ""), "parameter": typed.get("parameter", "").strip()}
    elif kind == "files":
        found |= {
            "folder": typed.get("folder", "").strip(),
            "parameter": typed.get("parameter", "").strip(),
            "polling_minutes": float(_number(typed, "polling_minutes", 5)),
        }
    return read_trigger(found)


def rules_of(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Keyword arguments of the acts, beside name, trigger and parameters."""
    number = str(typed.get("version", ""))
    return {
        "number": int(number) if number.isdecimal() else None,
        "experiment": typed.get("experiment", ""),
        "description": typed.get("description", ""),
        "catch_up": typed.get("catch_up", "once"),
        "catch_up_most": _number(typed, "catch_up_most", 10),
        "overlap": typed.get("overlap", "skip"),
        "continue_on_step_failure": "continue_on_step_failure" in typed,
    }


def _wall_time(text: str | None, zone: str) -> str:
    """What the browser's field takes, in the schedule's own zone."""
    if not text:
        return ""
    moment = datetime.fromisoformat(text)
    return (moment.astimezone(zone_of(zone)) if moment.tzinfo else moment).strftime("%Y-%m-%dT%H:%M")


def _number(typed: Mapping[str, Any], name: str, empty: int) -> int:
    found = whole_number(typed, name)
    return empty if found is None else found


def _numbers(typed: Mapping[str, Any], name: str) -> list[int]:
    words = str(typed.get(name, "")).replace(",", " ").split()
    return [_number({name: word}, name, 0) for word in words]


def _moment(typed: Mapping[str, Any], name: str) -> str:
    """As the browser sends it, in the schedule's own zone."""
    text = str(typed.get(name, "")).strip()
    try:
        return datetime.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise Refusal(
            "time_invalid",
            _("“%(text)s” is no date and time.") % {"text": text},
            hint=_("Such as 2027-01-31T06:00."),
            where=Where(parameter=name),
        ) from error
