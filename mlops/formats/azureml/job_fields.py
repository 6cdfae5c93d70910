"""What jobs of every kind have: names, tags, limits, resources, and values at inputs and outputs."""

from __future__ import annotations

from typing import Any, Literal, get_args

import msgspec

from mlops.formats.azureml.faults import Faults
from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.azureml.values import FILE_FORMS, INPUT_TYPES
from mlops.formats.azureml.wishes import read_wishes
from mlops.formats.definition import FileForm, Resources
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _

Mode = Literal["", "ro_mount", "rw_mount", "mount", "download", "upload", "direct", "eval_mount", "eval_download"]
MODES = frozenset(get_args(Mode)) - {""}
INPUT_FIELDS = {
    "type",
    "path",
    "mode",
    "value",
    "default",
    "description",
    "optional",
    "version",
    "name",
    "enum",
    "min",
    "max",
}
OUTPUT_FIELDS = {"type", "path", "mode", "name", "version", "description", "early_available", "is_control"}
LITERAL_OF = {bool: "boolean", int: "integer", float: "number"}
RESOURCES_KNOWN = {
    "instance_count",
    "shm_size",
    "docker_args",
    "instance_type",
    "properties",
    "locations",
    "max_instance_count",
    "cpu",
    "memory",
    "gpu",
    "labels",
}
DISTRIBUTION_KNOWN = {
    "type", "process_count_per_instance", "worker_count", "parameter_server_count", "process_count", "port",
    "address", "include_dashboard", "dashboard_port", "head_node_additional_args", "worker_node_additional_args",
}  # fmt: skip
DISTRIBUTIONS: tuple[Literal["pytorch", "tensorflow", "mpi", "ray"], ...] = ("pytorch", "tensorflow", "mpi", "ray")


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The value at an input: a literal, or data at a `path` in one of the file forms."""

    name: str
    at: Path
    type: str
    value: Any = None
    path: str = ""
    mode: str = ""

    @property
    def is_data(self) -> bool:
        return self.type in FILE_FORMS


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """An output, where it is to go beside the job, and the asset that it becomes."""

    name: str
    at: Path
    type: FileForm = "uri_folder"
    path: str = ""
    mode: str = ""
    asset: str = ""
    version: str = ""
    description: str = ""


class JobFacts(msgspec.Struct, frozen=True, kw_only=True):
    name: str = ""
    display_name: str = ""
    experiment: str = ""
    description: str = ""
    compute: str = ""
    tags: dict[str, str] = {}
    properties: dict[str, str] = {}


def read_facts(source: Source, at: Path, faults: Faults) -> JobFacts:
    found = fields(source, at)
    pairs: dict[str, dict[str, str]] = {}
    for field in ("tags", "properties"):
        with faults.collected((*at, field)):
            given = found.get(field) or {}
            if not isinstance(given, dict):
                raise source.refuse(
                    "mapping_expected",
                    _("“%(field)s” must hold fields `name: value`.") % {"field": field},
                    at=(*at, field),
                )
            pairs[field] = {str(key): "" if value is None else str(value) for key, value in given.items()}
    return JobFacts(
        name=_text(found.get("name")),
        display_name=_text(found.get("display_name")),
        experiment=_text(found.get("experiment_name")),
        description=_text(found.get("description")),
        compute=_text(found.get("compute")).removeprefix("azureml:"),
        tags=pairs.get("tags", {}),
        properties=pairs.get("properties", {}),
    )


def read_given(source: Source, at: Path, given: Any) -> Given:
    """Raises Refusal `input_…`, `type_unknown`, `mode_unknown`."""
    name = str(at[-1])
    if not isinstance(given, dict):
        if given is None or isinstance(given, list):
            hint = _("Write a text, a number, true or false, or {type: uri_file, path: …}.")
            raise source.refuse(
                "input_empty", _("The input “%(name)s” has no value.") % {"name": name}, at=at, hint=hint
            )
        return Given(name=name, at=at, type=LITERAL_OF.get(type(given), "string"), value=_plain(given))
    for field in given:
        if str(field) not in INPUT_FIELDS:
            raise source.unknown(str(field), INPUT_FIELDS, at=at, kind=_("an input"))
    literal = given.get("value", given.get("default"))
    kind = str(given.get("type") or ("uri_folder" if "path" in given else LITERAL_OF.get(type(literal), "string")))
    if kind not in INPUT_TYPES:
        hint = nearest(kind, INPUT_TYPES) or _("Types: %(names)s.") % {"names": ", ".join(sorted(INPUT_TYPES))}
        raise source.refuse(
            "type_unknown", _("“%(kind)s” is no type of an input.") % {"kind": kind}, at=(*at, "type"), hint=hint
        )
    mode = read_mode(source, at, given)
    if kind in FILE_FORMS:
        path = _text(given.get("path"))
        if not path:
            hint = _("Write path: ./a/file, azureml:NAME:VERSION, azureml://datastores/… or https://…")
            raise source.refuse(
                "input_empty",
                _("The input “%(name)s” is of type %(kind)s and has no `path`.") % {"name": name, "kind": kind},
                at=at,
                hint=hint,
            )
        return Given(name=name, at=at, type=kind, path=path, mode=mode)
    if literal is None:
        raise source.refuse(
            "input_empty", _("The input “%(name)s” has no value.") % {"name": name}, at=at, hint=_("Write value: …")
        )
    return Given(name=name, at=at, type=kind, value=converted(source, at, kind, _plain(literal)))


def read_wanted(source: Source, at: Path, given: Any) -> Wanted:
    """`given` may be empty: a folder of the job's own."""
    name = str(at[-1])
    if given in (None, "", {}):
        return Wanted(name=name, at=at)
    if isinstance(given, str):
        return Wanted(name=name, at=at, path=given)
    for field in fields(source, at):
        if field not in OUTPUT_FIELDS:
            raise source.unknown(field, OUTPUT_FIELDS, at=at, kind=_("an output"))
    kind = str(given.get("type") or "uri_folder")
    if kind not in FILE_FORMS:
        hint = nearest(kind, FILE_FORMS) or _("Types: %(names)s.") % {"names": ", ".join(sorted(FILE_FORMS))}
        raise source.refuse(
            "type_unknown", _("“%(kind)s” is no type of an output.") % {"kind": kind}, at=(*at, "type"), hint=hint
        )
    asset, version = _text(given.get("name")), _text(given.get("version"))
    if version and not asset:
        raise source.refuse(
            "output_unnamed", _("The output “%(name)s” has a version and no `name`.") % {"name": name},
            at=(*at, "version"), hint=_("Write name: ASSET, under which it is registered."),
        )  # fmt: skip
    return Wanted(
        name=name,
        at=at,
        type=kind,  # type: ignore[arg-type]
        path=_text(given.get("path")),
        mode=read_mode(source, at, given),
        asset=asset,
        version=version,
        description=_text(given.get("description")),
    )


def read_mode(source: Source, at: Path, given: dict[str, Any]) -> str:
    mode = _text(given.get("mode")).lower()
    if mode and mode not in MODES:
        hint = nearest(mode, MODES) or _("Modes: %(names)s.") % {"names": ", ".join(sorted(MODES))}
        raise source.refuse("mode_unknown", _("“%(mode)s” is no mode.") % {"mode": mode}, at=(*at, "mode"), hint=hint)
    return mode


def converted(source: Source, at: Path, kind: str, value: Any) -> Any:
    """A literal as its type has it. Raises Refusal `value_unfit`."""
    try:
        if kind == "integer" and not isinstance(value, bool) and (not isinstance(value, float) or value.is_integer()):
            return int(value)
        if kind == "number" and not isinstance(value, bool):
            return float(value) if not isinstance(value, int) else value
        if kind == "boolean":
            return value if isinstance(value, bool) else {"true": True, "false": False}[str(value).lower()]
        if kind == "string":
            return str(value)
    except (ValueError, TypeError, KeyError):
        pass
    raise source.refuse("value_unfit", _("“%(value)s” is no %(kind)s.") % {"value": value, "kind": kind}, at=at)


def read_resources(source: Source, at: Path, faults: Faults, warnings: list[str]) -> Resources:
    """Of `resources`, `distribution` and `limits`. What has no meaning on one machine is warned of."""
    found = fields(source, at)
    resources, spread, limits = Resources(), "", None
    processes, instances = 1, 1
    with faults.collected((*at, "resources")):
        given = _part(source, at, found, "resources", RESOURCES_KNOWN, "resources")
        instances = _whole(source, (*at, "resources", "instance_count"), given.get("instance_count", 1))
        if instances > 1:
            said(source, (*at, "resources", "instance_count"), "the job runs on this machine alone", warnings)
        for name in ("instance_type", "locations", "max_instance_count"):
            if given.get(name):
                said(source, (*at, "resources", name), "has no meaning here: the job runs on this machine", warnings)
        docker = given.get("docker_args") or ()
        resources = Resources(
            shm_size=_text(given.get("shm_size")),
            docker_args=tuple(str(docker).split()) if isinstance(docker, str) else tuple(map(str, docker)),
            **read_wishes(source, (*at, "resources"), given),
        )
    with faults.collected((*at, "distribution")):
        given = _part(source, at, found, "distribution", DISTRIBUTION_KNOWN, "a distribution")
        if given:
            spread = str(given.get("type") or "").lower()
            if spread not in DISTRIBUTIONS:
                hint = nearest(spread, DISTRIBUTIONS) or _("Types: pytorch, tensorflow, mpi, ray.")
                place = (*at, "distribution", "type")
                raise source.refuse(
                    "type_unknown", _("“%(spread)s” is no distribution.") % {"spread": spread}, at=place, hint=hint
                )
            count = "worker_count" if spread == "tensorflow" else "process_count_per_instance"
            processes = _whole(source, (*at, "distribution", count), given.get(count) or 1)
            if given.get("parameter_server_count"):
                place = (*at, "distribution", "parameter_server_count")
                said(source, place, "parameter servers are not started", warnings)
            if spread == "ray":
                said(source, (*at, "distribution"), "the script starts Ray by itself: ray.init()", warnings)
    with faults.collected((*at, "limits")):
        given = _part(source, at, found, "limits", {"timeout"}, "limits")
        limits = _seconds(source, (*at, "limits", "timeout"), given.get("timeout"))
    return msgspec.structs.replace(
        resources,
        instance_count=instances,
        processes_per_instance=processes,
        distribution=spread,
        timeout_seconds=limits,
    )


def said(source: Source, at: Path, why: str, warnings: list[str]) -> None:
    warnings.append(f"{source.name}, line {source.line(at)}: “{at[-1]}”: {why}.")


def read_variables(source: Source, at: Path, faults: Faults) -> dict[str, str]:
    given = fields(source, at).get("environment_variables") or {}
    if isinstance(given, dict):
        return {str(key): "" if value is None else str(value) for key, value in given.items()}
    place = (*at, "environment_variables")
    faults.add(source.refuse("mapping_expected", _("“environment_variables” must hold `NAME: value`."), at=place))
    return {}


def _part(source: Source, at: Path, found: dict[str, Any], name: str, known: set[str], kind: str) -> dict[str, Any]:
    if found.get(name) in (None, {}):
        return {}
    given = fields(source, (*at, name))
    for field in given:
        if field not in known:
            raise source.unknown(field, known, at=(*at, name), kind=kind)
    return given


def _whole(source: Source, at: Path, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if number < 1 or isinstance(value, bool):
        raise source.refuse(
            "number_expected", _("“%(at)s” must be a whole number of 1 or more.") % {"at": at[-1]}, at=at
        )
    return number


def _seconds(source: Source, at: Path, value: Any) -> float | None:
    from mlops.formats.azureml.durations import seconds_of

    if value is None:
        return None
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = seconds_of(str(value)) or 0.0
    if seconds <= 0:
        hint = _("Such as timeout: 3600.")
        raise source.refuse(
            "number_expected", _("“%(value)s” is no number of seconds above 0.") % {"value": value}, at=at, hint=hint
        )
    return seconds


def _plain(value: Any) -> Any:
    """Dates are text to a command line, as they were written."""
    return value if isinstance(value, bool | int | float | str) else str(value)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
