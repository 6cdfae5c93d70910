"""A schedule as Azure ML's CLI v2 writes it: trigger and job, every fault with its line.

Read from https://azuremlschemas.azureedge.net/latest/schedule.schema.json. Our trigger on a dataset's new version and
our rules for missed times stand beside it under names of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from mlops.formats.azureml.lines import Source, fields
from mlops.formats.refusal import nearest
from mlops.formats.schedule import Cron, NewFiles, NewVersion, Recurrence, Trigger
from mlops.formats.spoken import gettext as _

KNOWN = {
    "$schema", "name", "description", "trigger", "create_job", "is_enabled", "version", "parameters",
    "catch_up", "catch_up_most", "overlap", "continue_on_step_failure",
}  # fmt: skip
WITHOUT_MEANING = {"display_name", "tags", "properties"}
NAME = re.compile(r"\w+")
TIMES = {"type", "start_time", "end_time", "time_zone"}
TRIGGERS = {
    "cron": TIMES | {"expression"},
    "recurrence": TIMES | {"frequency", "interval", "schedule"},
    "dataset": {"type", "dataset", "parameter"},
    "files": {"type", "folder", "polling_minutes", "parameter"},
}
PATTERN = {"hours", "minutes", "weekdays", "week_days", "month_days", "monthdays"}
MAPPINGS = ("inputs", "settings", "outputs", "environment_variables", "resources", "limits", "tags")
WORDS = ("display_name", "description")
JOB = {"type", "job", "experiment_name", "name", *MAPPINGS, *WORDS}
"""Of `create_job` where it calls a job that is elsewhere; a job that is written out is read as every job."""

WHOLE = {"jobs", "command", "trial", "task", "component"}
"""One of these tells that the job is written out."""


class ReadSchedule(msgspec.Struct, frozen=True, kw_only=True):
    """`job`: `azureml:NAME[:VERSION]` or a path, or "" where the job is `inline`."""

    name: str
    trigger: Trigger
    job: str
    inline: dict[str, Any] | None = None
    parameters: dict[str, Any] = {}
    """`parameters` are what a published pipeline takes."""
    anew: tuple[tuple[str, Any], ...] = ()
    """Fields of a job in a file of its own that the schedule gives anew, by their paths in it."""
    experiment: str = ""
    rules: dict[str, Any] = {}
    warnings: tuple[str, ...] = ()


def read_schedule(source: Source) -> ReadSchedule:
    """Raises Refusal `field_unknown`, `field_missing`, `value_invalid` with file and line."""
    given = fields(source)
    warnings = _checked(source, given, KNOWN, (), "schedule")
    for name in ("name", "trigger", "create_job"):
        if not given.get(name):
            raise source.refuse("field_missing", _("A schedule needs “%(name)s”.") % {"name": name})
    job, inline, called = _job(source, given["create_job"], warnings)
    inputs = dict(called.get("inputs") or {})
    parameters = {name: _value(value) for name, value in inputs.items()}
    rules: dict[str, Any] = {
        name: given[name]
        for name in ("description", "version", "catch_up", "catch_up_most", "overlap", "continue_on_step_failure")
        if name in given
    }
    if given.get("is_enabled") is False:
        rules["enabled"] = False
    return ReadSchedule(
        name=str(given["name"]),
        trigger=read_trigger(source, fields(source, ("trigger",))),
        job=job,
        inline=inline,
        parameters={**parameters, **dict(given.get("parameters") or {})},
        anew=tuple(_anew(source, called)),
        experiment=str((inline or called).get("experiment_name") or ""),
        rules=rules,
        warnings=tuple(warnings),
    )


def _job(source: Source, given: Any, warnings: list[str]) -> tuple[str, dict[str, Any] | None, dict[str, Any]]:
    """The job's reference or path, the job where it is written out, and how one that is elsewhere is called."""
    if isinstance(given, str):
        return given, None, {}
    at = ("create_job",)
    job = fields(source, at)
    if "job" in job:
        warnings += _checked(source, job, JOB, at, "create_job")
        return str(job["job"]), None, job
    if WHOLE & set(job):
        return "", job, {}
    raise source.refuse("field_missing", _("create_job needs “job”, or a whole job of its own."), at=at)


def _anew(source: Source, called: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for field in MAPPINGS:
        if called.get(field):
            for name, value in fields(source, ("create_job", field)).items():
                yield f"{field}.{name}" if NAME.fullmatch(name) else f'{field}."{name}"', value
    yield from ((field, str(called[field])) for field in WORDS if called.get(field))


def _value(given: Any) -> Any:
    """An input may be written as `{type, path}`."""
    if isinstance(given, dict) and "path" in given:
        return str(given["path"]).removeprefix("azureml:").removesuffix("@latest")
    return given


def read_trigger(source: Source, given: dict[str, Any]) -> Trigger:
    """Of the file's `trigger`. Raises Refusal with the line."""
    at = ("trigger",)
    kind = str(given.get("type", ""))
    if kind not in TRIGGERS:
        hint = nearest(kind, TRIGGERS) or (_("One of: %(names)s.") % {"names": ", ".join(TRIGGERS)})
        raise source.refuse(
            "value_invalid", _("“%(kind)s” is no type of a trigger.") % {"kind": kind}, at=(*at, "type"), hint=hint
        )
    _checked(source, given, TRIGGERS[kind], at, f"{kind} trigger")
    if kind == "dataset":
        return _converted(source, at, {**given, "dataset": str(given.get("dataset", "")).removeprefix("azureml:")})
    if kind == "files":
        return _converted(source, at, given)
    zone = str(given.get("time_zone") or "UTC")
    found: dict[str, Any] = {"type": kind, "time_zone": _zone(zone)}
    for theirs, ours in (("start_time", "start_at"), ("end_time", "end_at")):
        if given.get(theirs):
            moment = given[theirs]
            found[ours] = moment.isoformat() if hasattr(moment, "isoformat") else str(moment)
    if kind == "cron":
        return _converted(source, at, found | {"expression": given.get("expression", "")})
    found |= {"frequency": str(given.get("frequency", "")).lower().rstrip("s"), "interval": given.get("interval", 1)}
    if given.get("schedule"):
        pattern = fields(source, (*at, "schedule"))
        _checked(source, pattern, PATTERN, (*at, "schedule"), "schedule pattern")
        days = pattern.get("week_days") or pattern.get("weekdays")
        found |= {"hours": _list(pattern.get("hours")), "minutes": _list(pattern.get("minutes"))}
        found |= {"week_days": [str(day).lower() for day in _list(days)]}
        found |= {"month_days": _list(pattern.get("month_days") or pattern.get("monthdays"))}
    return _converted(source, at, found)


def _zone(name: str) -> str:
    """The IANA name of a zone, which Azure's files name as Windows does."""
    from tzlocal.windows_tz import win_tz

    names = {windows.lower(): iana for windows, iana in win_tz.items()}
    return {"utc": "UTC", "coordinated universal time": "UTC"}.get(name.lower(), names.get(name.lower(), name))


def _converted(source: Source, at: tuple[str, ...], found: dict[str, Any]) -> Trigger:
    try:
        trigger: Trigger = msgspec.convert(found, type=Cron | Recurrence | NewVersion | NewFiles)
    except msgspec.ValidationError as error:
        raise source.refuse(
            "value_invalid", _("This trigger cannot be read. %(error)s") % {"error": error}, at=at
        ) from error
    return trigger


def _list(given: Any) -> list[Any]:
    if given is None:
        return []
    return list(given) if isinstance(given, list | tuple) else [given]


def _checked(source: Source, given: dict[str, Any], known: set[str], at: tuple[str, ...], kind: str) -> list[str]:
    warnings = []
    for name in given:
        if not at and name in WITHOUT_MEANING:
            warnings.append(f"“{name}” has no meaning here and is left out.")
        elif name not in known:
            raise source.unknown(name, known, at=at, kind=f"a {kind}")
    return warnings
