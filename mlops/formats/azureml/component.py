"""`commandComponent`: reading a definition from it, and writing the definition of any component in its form."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from mlops.formats.azureml.environment import ReadFile, read_environment
from mlops.formats.azureml.environment_parts import ReadEnvironment, Requested
from mlops.formats.azureml.environment_writing import NEUTRAL_IMAGE, write_environment
from mlops.formats.azureml.faults import Faults
from mlops.formats.azureml.job_fields import read_resources, read_variables
from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.azureml.values import (
    FILE_FORMS,
    FORM_OF,
    INPUT_TYPES,
    PARAMETER_OF,
    PORT_OF,
    TYPE_OF,
    title_of,
)
from mlops.formats.azureml.wishes import write_wishes
from mlops.formats.component import Choice, Component, Parameter, Port
from mlops.formats.definition import Command, Definition, Function, Parallel, Resources
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _

SCHEMA = "https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json"
GROUP = "My Components"
KNOWN = {
    "$schema", "name", "version", "display_name", "description", "type", "tags", "command", "environment", "code",
    "inputs", "outputs", "is_deterministic", "environment_variables", "resources", "distribution", "limits",
    "additional_includes",
}  # fmt: skip
WITHOUT_MEANING = {"properties", "compute", "identity", "services", "queue_settings", "job_tier"}
INPUT_FIELDS = {"type", "description", "default", "optional", "min", "max", "enum", "mode", "path", "value"}
OUTPUT_FIELDS = {"type", "description", "mode", "path", "name", "version", "early_available", "is_control"}
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
EXPRESSION = re.compile(r"\$\{\{\s*(inputs|outputs|search_space|parent[^}]*?)\.([A-Za-z0-9_.]+)\s*\}\}")
FUNCTION_TAG = "mlops.function"
"""Tag of a component that is a Python function: `file.py:name`."""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What was read. The tree of its code is not known here: `code` is the path as it is written."""

    component: Component
    command: Command
    code: str
    tags: dict[str, str]
    warnings: tuple[str, ...]
    includes: tuple[str, ...] = ()
    """Further files and folders, which lie beside the code when it runs."""


def read_component(
    source: Source,
    read_file: ReadFile,
    *,
    at: Path = (),
    also_known: frozenset[str] = frozenset(),
    environment: ReadEnvironment | None = None,
) -> Read:
    """The component at a path of the file. Raises Refusal with the file, the line and the nearest name."""
    found = fields(source, at)
    warnings: list[str] = []
    for name in found:
        if name in WITHOUT_MEANING:
            warnings.append(f"{source.name}, line {source.line((*at, name))}: “{name}” has no meaning here.")
        elif name not in KNOWN and name not in also_known:
            raise source.unknown(name, KNOWN | WITHOUT_MEANING, at=at, kind=_("a command component"))
    if found.get("type", "command") != "command":
        kind = found["type"]
        hint = _("Commands and pipelines are read.")
        raise source.refuse(
            "component_kind", _("A component of type “%(kind)s” is not read here.") % {"kind": kind}, at=at, hint=hint
        )
    command = found.get("command")
    if not isinstance(command, str) or not command.strip():
        raise source.refuse("command_missing", _("A command component needs `command`."), at=at)
    ports, parameters, forms = _inputs(source, at)
    outputs, made = _outputs(source, at)
    forms |= made
    names = {port.name for port in ports} | {one.name for one in parameters}
    _check_command(source, (*at, "command"), command, names, {one.name for one in outputs})
    faults = Faults(source)
    resources = read_resources(source, at, faults, warnings)
    variables = read_variables(source, at, faults)
    faults.raised()
    requested = _requested(source, (*at, "environment"), found.get("environment"), read_file, environment)
    warnings += requested.warnings
    name = str(found.get("name") or "")
    component = Component(
        name=name,
        version="" if found.get("version") is None else str(found["version"]),
        title=str(found.get("display_name") or title_of(name)),
        group=GROUP,
        help=str(found.get("description") or ""),
        inputs=ports,
        outputs=outputs,
        parameters=parameters,
        deterministic=found.get("is_deterministic", True) is not False,
    )
    return Read(
        component=component,
        command=Command(
            command=command.strip(),
            forms=forms,
            requirements=requested.requirements,
            environment=requested.label,
            variables={**requested.variables, **variables},
            resources=resources,
        ),
        code=str(found.get("code") or ""),
        tags={str(key): str(value) for key, value in (found.get("tags") or {}).items()},
        warnings=tuple(warnings),
        includes=_includes(source, (*at, "additional_includes"), found.get("additional_includes")),
    )


def _includes(source: Source, at: Path, given: Any) -> tuple[str, ...]:
    if given in (None, []):
        return ()
    if not isinstance(given, list):
        raise source.refuse("list_expected", _("“additional_includes” is a list of paths."), at=at, hint="- ../shared")
    for place, one in enumerate(given):
        if not isinstance(one, str):
            hint = _("Artifacts of other services are not fetched: put the files beside the component.")
            raise source.refuse("include_elsewhere", _("This include is no path."), at=(*at, place), hint=hint)
    return tuple(given)


def _requested(
    source: Source, at: Path, given: Any, read_file: ReadFile, environment: ReadEnvironment | None
) -> Requested:
    if environment is not None:
        return environment(source, at, given, read_file)
    warnings: list[str] = []
    requirements = read_environment(source, at, given, read_file, warnings)
    return Requested(requirements=requirements, warnings=tuple(warnings))


def write_component(definition: Definition, *, code: str = "", tags: dict[str, str] | None = None) -> dict[str, Any]:
    """The fields in their usual order. `code`: where the code lies, beside the file."""
    component, how = definition.component, definition.how
    tags = dict(tags or {})
    form: dict[str, Any] = {
        "$schema": SCHEMA,
        "type": "command",
        "name": component.name,
        "version": component.version,
        "display_name": component.title,
    }
    if component.help:
        form["description"] = component.help
    if isinstance(how, Function):
        tags[FUNCTION_TAG] = f"{how.file}:{how.name}"
    if tags:
        form["tags"] = tags
    if not component.deterministic:
        form["is_deterministic"] = False
    forms = how.forms if isinstance(how, Command) else {}
    form["inputs"] = {
        **{port.name: write_port(port, forms.get(port.name)) for port in component.inputs},
        **{one.name: write_parameter(one) for one in component.parameters},
    }
    form["outputs"] = {port.name: write_port(port, forms.get(port.name), output=True) for port in component.outputs}
    if code:
        form["code"] = code
    form["environment"] = environment_of(how if isinstance(how, Command | Function) else None)
    if isinstance(how, Command | Function) and how.variables:
        form["environment_variables"] = dict(sorted(how.variables.items()))
    if isinstance(how, Command):
        form |= write_resources(how.resources)
    form["command"] = how.command if isinstance(how, Command) else built_in_command(component)
    return {key: value for key, value in form.items() if value not in ({}, None)}


def write_resources(resources: Resources) -> dict[str, Any]:
    """`resources`, `distribution` and `limits`, as far as they say anything."""
    told = {
        "instance_count": resources.instance_count if resources.instance_count > 1 else None,
        "shm_size": resources.shm_size or None,
        "docker_args": " ".join(resources.docker_args) or None,
        **write_wishes(resources),
    }
    count = "worker_count" if resources.distribution == "tensorflow" else "process_count_per_instance"
    spread = {"type": resources.distribution, count: resources.processes_per_instance}
    limit = resources.timeout_seconds
    return {
        "resources": {key: value for key, value in told.items() if value is not None},
        "distribution": spread if resources.distribution else {},
        "limits": {"timeout": _plain(limit)} if limit is not None else {},
    }


def built_in_command(component: Component) -> str:
    """How the product's own runner is called with every port and parameter of the component."""
    words = [f"python -m mlops.runtime.component {component.name}"]
    for port in component.inputs:
        part = f"--{port.name} ${{{{inputs.{port.name}}}}}"
        words.append(f"$[[{part}]]" if port.optional else part)
    for one in component.parameters:
        part = f"--{one.name} '${{{{inputs.{one.name}}}}}'"
        words.append(part if one.required or one.default is not None else f"$[[{part}]]")
    words += [f"--{port.name} ${{{{outputs.{port.name}}}}}" for port in component.outputs]
    return " ".join(words)


def write_port(port: Port, form: str | None, *, output: bool = False) -> dict[str, Any]:
    written: dict[str, Any] = {"type": form or FORM_OF.get(port.type, "uri_folder")}
    if port.help or port.label != title_of(port.name):
        written["description"] = port.help or port.label
    if port.optional and not output:
        written["optional"] = True
    return written


def write_parameter(one: Parameter) -> dict[str, Any]:
    written: dict[str, Any] = {"type": TYPE_OF.get(one.type, "string")}
    if one.default is not None:
        written["default"] = one.default if one.type != "columns" else _as_text(one.default)
    if not one.required and one.default is None:
        written["optional"] = True
    if one.type in ("integer", "decimal"):
        bounds = {"min": one.minimum, "max": one.maximum}
        written |= {key: _plain(value) for key, value in bounds.items() if value is not None}
    if one.choices:
        written["enum"] = [choice.value for choice in one.choices]
    if one.help:
        written["description"] = one.help
    return written


def _as_text(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


def environment_of(how: Command | Function | Parallel | None) -> Any:
    """Inline, where it can be; what names further files is named itself."""
    if how is None or not how.requirements.is_own:
        return "azureml:mlops-studio@latest"
    wanted, label = how.requirements, "" if isinstance(how, Function) else how.environment
    if label and (wanted.build or wanted.constraints):
        return f"azureml:{label}"
    form = write_environment(wanted, name="", version="")
    return {"image": NEUTRAL_IMAGE} | {name: form[name] for name in ("image", "conda_file") if name in form}


def _inputs(source: Source, at: Path) -> tuple[tuple[Port, ...], tuple[Parameter, ...], dict[str, Any]]:
    ports: list[Port] = []
    parameters: list[Parameter] = []
    forms: dict[str, Any] = {}
    where = (*at, "inputs")
    for name in _named(source, where):
        place = (*where, name)
        given = fields(source, place)
        _check_fields(source, place, given, INPUT_FIELDS, "an input")
        kind = str(given.get("type", "string"))
        if kind in FILE_FORMS:
            forms[name] = kind
            optional = given.get("optional") is True
            label, help = title_of(name), str(given.get("description") or "")
            ports.append(Port(name=name, type=PORT_OF[kind], label=label, optional=optional, help=help))
        elif kind in PARAMETER_OF:
            parameters.append(_parameter(name, kind, given))
        else:
            hint = nearest(kind, INPUT_TYPES) or _("Types: %(names)s.") % {"names": ", ".join(sorted(INPUT_TYPES))}
            raise source.refuse(
                "type_unknown", _("“%(kind)s” is no type of an input.") % {"kind": kind}, at=(*place, "type"), hint=hint
            )
    return tuple(ports), tuple(parameters), forms


def _outputs(source: Source, at: Path) -> tuple[tuple[Port, ...], dict[str, Any]]:
    ports: list[Port] = []
    forms: dict[str, Any] = {}
    where = (*at, "outputs")
    for name in _named(source, where):
        place = (*where, name)
        given = fields(source, place)
        _check_fields(source, place, given, OUTPUT_FIELDS, "an output")
        kind = str(given.get("type", "uri_folder"))
        if kind not in FILE_FORMS:
            hint = nearest(kind, FILE_FORMS) or _("Types: %(names)s.") % {"names": ", ".join(sorted(FILE_FORMS))}
            raise source.refuse(
                "type_unknown",
                _("“%(kind)s” is no type of an output.") % {"kind": kind},
                at=(*place, "type"),
                hint=hint,
            )
        forms[name] = kind
        type_ = "any" if kind == "mlflow_model" else PORT_OF[kind]
        ports.append(Port(name=name, type=type_, label=title_of(name), help=str(given.get("description") or "")))
    return tuple(ports), forms


def _parameter(name: str, kind: str, given: dict[str, Any]) -> Parameter:
    default = given.get("default", given.get("value"))
    choices = tuple(Choice(value=str(one), label=str(one)) for one in given.get("enum") or ())
    return Parameter(
        name=name,
        type="choice" if choices else PARAMETER_OF[kind],
        label=title_of(name),
        help=str(given.get("description") or ""),
        default=str(default) if default is not None and (choices or kind == "string") else default,
        required=default is None and given.get("optional") is not True,
        minimum=given.get("min"),
        maximum=given.get("max"),
        choices=choices,
    )


def _named(source: Source, where: Path) -> list[str]:
    value = source.value
    for key in where:
        value = value.get(key) if isinstance(value, dict) else None
    if value in (None, {}):
        return []
    names = list(fields(source, where))
    for name in names:
        if not NAME.fullmatch(name):
            hint = _("Use letters, digits and “_”, beginning with a letter.")
            raise source.refuse(
                "name_invalid", _("“%(name)s” cannot be a name here.") % {"name": name}, at=(*where, name), hint=hint
            )
    return names


def _check_fields(source: Source, place: Path, given: dict[str, Any], known: set[str], kind: str) -> None:
    for field in given:
        if field not in known:
            raise source.unknown(field, known, at=place, kind=kind)


def _check_command(source: Source, at: Path, command: str, inputs: set[str], outputs: set[str]) -> None:
    for kind, name in EXPRESSION.findall(command):
        known = {"inputs": inputs, "outputs": outputs}.get(kind)
        if known is None:
            hint = _("A component's command knows its own inputs and outputs.")
            raise source.refuse(
                "expression_unknown",
                _("“${{%(kind)s.%(name)s}}” has no value here.") % {"kind": kind, "name": name},
                at=at,
                hint=hint,
            )
        if name.split(".")[0] not in known:
            hint = nearest(name, known) or (_("It has: %(join)s.") % {"join": ", ".join(sorted(known)) or _("none")})
            raise source.refuse(
                "expression_unknown",
                _("There is no %(kind)s “%(name)s”.") % {"kind": kind[:-1], "name": name},
                at=at,
                hint=hint,
            )
