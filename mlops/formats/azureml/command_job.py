"""`commandJob`, alone or as an entry of a pipeline's `jobs`: a command with the values at its inputs.

The same command with other values is the same component: values stay with the job."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from mlops.formats.azureml.component import EXPRESSION, GROUP
from mlops.formats.azureml.faults import Faults
from mlops.formats.azureml.job_fields import (
    Given,
    JobFacts,
    Wanted,
    read_facts,
    read_given,
    read_resources,
    read_variables,
    read_wanted,
    said,
)
from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.azureml.values import FILE_FORMS, PARAMETER_OF, title_of
from mlops.formats.component import Component, Parameter, Port
from mlops.formats.definition import Command, FileForm, Resources
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _

KNOWN = {
    "$schema", "type", "name", "display_name", "experiment_name", "description", "tags", "properties", "command",
    "code", "environment", "environment_variables", "inputs", "outputs", "resources", "distribution", "limits",
    "compute", "component", "is_deterministic", "comment", "queue_settings",
}  # fmt: skip
WITHOUT_MEANING = {
    "services": "a job's services are reached through its page",
    "identity": "the job runs as the server's own user, confined",
    "job_tier": "jobs wait in one queue, the first come first",
    "parameters": "it is told by the server, not to it",
    "parent_job_name": "a job alone has no parent",
    "additional_includes": "put the files into the code folder",
    "schedule": "make a schedule of it: mlops schedule create",
}
TOLD_BY_THE_SERVER = {"creation_context", "id", "status", "log_files", "resource_group", "resourceGroup", "created_by"}
"""Fields that `job show` prints, and that a file may hold when it was made from that."""

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OPTIONAL = re.compile(r"\$\[\[.*?\]\]", re.DOTALL)
ANY_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


class CommandJob(msgspec.Struct, frozen=True, kw_only=True):
    """`component` and `command` lack what the server knows: the code's tree and the environment's packages."""

    facts: JobFacts
    component: Component
    command: Command
    code: str
    environment: Any
    environment_at: Path
    inputs: dict[str, Given]
    outputs: dict[str, Wanted]
    warnings: tuple[str, ...]


def read_command_job(source: Source, *, at: Path = ()) -> CommandJob:
    """Raises Faulty with every fault."""
    faults, warnings, code = Faults(source), list[str](), ""
    found = fields(source, at)
    check_fields(source, at, found, faults, warnings)
    command = _command(source, at, found, faults)
    inputs = read_each(source, (*at, "inputs"), found.get("inputs"), read_given, faults)
    inputs = {name: _by_address(one) for name, one in inputs.items()}
    outputs = read_each(source, (*at, "outputs"), found.get("outputs"), read_wanted, faults)
    variables = read_variables(source, at, faults)
    names = set(found.get("inputs") or {}), set(found.get("outputs") or {})
    check_expressions(source, (*at, "command"), command, *names, faults)
    for key, value in variables.items():
        check_expressions(source, (*at, "environment_variables", key), value, *names, faults)
    resources = read_resources(source, at, faults, warnings)
    facts = read_facts(source, at, faults)
    with faults.collected((*at, "code")):
        code = read_code(source, at, found.get("code"))
    faults.raised()
    return CommandJob(
        facts=facts,
        component=component_of(facts.display_name, inputs, outputs, deterministic=found.get("is_deterministic", True)),
        command=command_of(command, inputs, outputs, variables, resources),
        code=code,
        environment=found.get("environment"),
        environment_at=(*at, "environment"),
        inputs=inputs,
        outputs=outputs,
        warnings=tuple(warnings),
    )


def read_code(source: Source, at: Path, given: Any) -> str:
    """The path of a folder or file. Raises Refusal `code_unfit`, also for a form that Azure ML's preview had."""
    if given is None or isinstance(given, str):
        return given or ""
    local = given.get("local_path") if isinstance(given, dict) else None
    hint = (_("Write code: %(local)s") % {"local": local}) if local else _("Such as code: ./src")
    raise source.refuse("code_unfit", _("“code” must be a path."), at=(*at, "code"), hint=hint)


def _by_address(given: Given) -> Given:
    """With `mode: direct` the code gets the address itself, and reads it by its own means."""
    if given.mode != "direct" or not given.is_data or not ADDRESS.match(given.path):
        return given
    return msgspec.structs.replace(given, type="string", value=given.path, path="")


def check_fields(source: Source, at: Path, found: dict[str, Any], faults: Faults, warnings: list[str]) -> None:
    for name in found:
        if name in WITHOUT_MEANING:
            said(source, (*at, name), f"has no meaning here: {WITHOUT_MEANING[name]}", warnings)
        elif name not in KNOWN | TOLD_BY_THE_SERVER:
            faults.add(source.unknown(name, KNOWN | set(WITHOUT_MEANING), at=at, kind=_("a command job")))


def check_expressions(source: Source, at: Path, text: str, inputs: set[str], outputs: set[str], faults: Faults) -> None:
    """Every `${{…}}` must have a value; one in an optional `$[[part]]` may have none."""
    text = OPTIONAL.sub("", text)
    for inner in ANY_EXPRESSION.findall(text):
        expression = inner.strip()
        found = EXPRESSION.fullmatch(f"${{{{{expression}}}}}")
        kind, name = (found[1], found[2].removesuffix(".path")) if found else ("", "")
        known = {"inputs": inputs, "outputs": outputs}.get(kind)
        if known is None:
            hint = _("A command knows its own ${{inputs.NAME}} and ${{outputs.NAME}}.")
            if kind == "search_space":
                hint = _("A search space belongs to a sweep job: write type: sweep, and the command in `trial`.")
            elif kind.startswith("parent"):
                hint = _("Bind it at `inputs` (x: ${{parent.inputs.x}}), and write ${{inputs.x}} in the command.")
            message = _("“${{%(expression)s}}” has no value here.") % {"expression": expression}
            faults.add(source.refuse("expression_unknown", message, at=at, hint=hint))
        elif name not in known:
            hint = nearest(name, known) or (_("It has: %(join)s.") % {"join": ", ".join(sorted(known)) or _("none")})
            faults.add(
                source.refuse(
                    "expression_unknown",
                    _("There is no %(kind)s “%(name)s”.") % {"kind": kind[:-1], "name": name},
                    at=at,
                    hint=hint,
                )
            )


def component_of(
    title: str, inputs: dict[str, Given], outputs: dict[str, Wanted], *, deterministic: Any = True
) -> Component:
    ports = [
        Port(name=one.name, type=port_type(one.type), label=title_of(one.name))
        for one in inputs.values()
        if one.is_data
    ]
    parameters = [
        Parameter(name=one.name, type=PARAMETER_OF[one.type], label=title_of(one.name), required=one.value != "")
        for one in inputs.values()
        if not one.is_data
    ]
    return Component(
        name="job",
        version="1",
        title=title or "Job",
        group=GROUP,
        help="",
        inputs=tuple(ports),
        outputs=tuple(Port(name=one.name, type="any", label=title_of(one.name)) for one in outputs.values()),
        parameters=tuple(parameters),
        deterministic=deterministic is not False,
    )


def command_of(
    command: str,
    inputs: dict[str, Given],
    outputs: dict[str, Wanted],
    variables: dict[str, str],
    resources: Resources,
) -> Command:
    forms: dict[str, FileForm] = {one.name: one.type for one in inputs.values() if one.is_data}  # type: ignore[misc]
    return Command(
        command=command,
        forms=forms | {one.name: one.type for one in outputs.values()},
        variables=variables,
        resources=resources,
    )


def port_type(kind: str) -> Any:
    """Files are kept as they are, whatever is in them; a table among them is also shown as one."""
    return "any" if kind in FILE_FORMS else "table"


def _command(source: Source, at: Path, found: dict[str, Any], faults: Faults) -> str:
    command = found.get("command")
    if isinstance(command, str) and command.strip():
        return command.strip()
    hint = _("Such as command: python train.py --lr ${{inputs.lr}}")
    place = (*at, "command") if "command" in found else at
    faults.add(source.refuse("command_missing", _("A command job needs `command`, a text."), at=place, hint=hint))
    return ""


def read_each(source: Source, where: Path, given: Any, read: Any, faults: Faults) -> dict[str, Any]:
    """Inputs or outputs by name, each read by `read`."""
    if given in (None, {}):
        return {}
    if not isinstance(given, dict):
        faults.add(
            source.refuse(
                "mapping_expected", _("“%(where)s” must hold fields `name: value`.") % {"where": where[-1]}, at=where
            )
        )
        return {}
    found = {}
    for key, value in given.items():
        name, place = str(key), (*where, str(key))
        with faults.collected(place):
            if not NAME.fullmatch(name):
                hint = _("Use letters, digits and “_”, beginning with a letter.")
                raise source.refuse(
                    "name_invalid", _("“%(name)s” cannot be a name here.") % {"name": name}, at=place, hint=hint
                )
            found[name] = read(source, place, value)
    return found
