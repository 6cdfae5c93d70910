"""A parallel job or `parallelComponent`, also as a job of a pipeline: an entry script over mini-batches."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import msgspec

from mlops.formats.azureml.component import KNOWN as COMPONENT_KNOWN
from mlops.formats.azureml.component import read_component
from mlops.formats.azureml.environment import ReadFile
from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.azureml.parallel_plan import PLAN_FIELDS, read_parallel_plan
from mlops.formats.azureml.typing_inputs import typed_input, typed_output
from mlops.formats.azureml.values import title_of
from mlops.formats.component import Component
from mlops.formats.definition import Parallel
from mlops.formats.parallel import ParallelPlan
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _

KNOWN = {
    "$schema", "type", "name", "version", "display_name", "description", "tags", "experiment_name", "inputs",
    "outputs", "comment", "component", "task", "resources", "environment_variables", "is_deterministic", *PLAN_FIELDS,
}  # fmt: skip
WITHOUT_MEANING = {
    "compute", "identity", "properties", "services", "queue_settings", "status", "creation_context", "id",
    "job_tier",
}  # fmt: skip
TASK_KNOWN = {"type", "code", "entry_script", "program_arguments", "environment", "append_row_to", "model"}
RUN_FUNCTION = ("run_function", "function")
INPUT = re.compile(r"\$\{\{\s*(?:parent\.)?inputs\.([A-Za-z0-9_]+)\s*\}\}")
OUTPUT = re.compile(r"\$\{\{\s*(?:parent\.)?outputs\.([A-Za-z0-9_]+)\s*\}\}")
NAMED = re.compile(r"\$\{\{\s*(inputs|outputs)\.([A-Za-z0-9_]+)(?:\.path)?\s*\}\}")
OVER_THE_SCRIPT = {
    "error_threshold": int,
    "allowed_failed_percent": float,
    "logging_level": str,
    "mini_batch_error_threshold": int,
}
"""Arguments of Azure ML's own driver that the words after the script may hold."""

NOT_NEEDED = (
    "task_overhead_timeout", "progress_update_timeout", "first_task_creation_timeout", "copy_logs_to_parent",
    "resource_monitor_interval", "append_row_file_name", "output_action",
)  # fmt: skip


class ReadParallel(msgspec.Struct, frozen=True, kw_only=True):
    """The tree of the code and what the environment holds are not known here: `code` and `environment` are as
    written."""

    component: Component
    how: Parallel
    code: str
    environment: Any
    environment_at: Path
    tags: dict[str, str]
    warnings: tuple[str, ...]


def read_parallel(source: Source, read_file: ReadFile, *, at: Path = ()) -> ReadParallel:
    """The job at a path of the file. Raises Refusal with the file, the line and the nearest name."""
    found = fields(source, at)
    warnings: list[str] = []
    for name in found:
        if name in WITHOUT_MEANING:
            warnings.append(f"{source.name}, line {source.line((*at, name))}: “{name}” has no meaning here.")
        elif name not in KNOWN:
            raise source.unknown(name, KNOWN | WITHOUT_MEANING, at=at, kind=_("a parallel job"))
    task = _task(source, at)
    place = (*at, "task")
    read = read_component(_as_component(source, at, task), read_file, at=at)
    inputs = {port.name for port in read.component.inputs}
    arguments = " ".join(str(task.get("program_arguments") or "").split("\n")).strip()
    _check_names(source, (*place, "program_arguments"), arguments, read.component)
    arguments, told = _taken_out(source, (*place, "program_arguments"), arguments, warnings)
    plan = read_parallel_plan(
        source,
        at,
        input=_input(source, (*at, "input_data"), found.get("input_data"), inputs),
        forms={name: str(form) for name, form in read.command.forms.items()},
        over=told,
    )
    plan = msgspec.structs.replace(plan, append_to=_append_to(source, place, task, read.component))
    _warn_of_table_size(source, at, plan, warnings)
    how = Parallel(
        code="",
        entry_script=str(task["entry_script"]),
        arguments=arguments,
        plan=plan,
        forms=read.command.forms,
        variables=read.command.variables,
        resources=_resources(source, at, read.command.resources, warnings),
    )
    title = read.component.title or title_of(str(at[-1]) if at else "")
    return ReadParallel(
        component=msgspec.structs.replace(read.component, title=title),
        how=how,
        code=str(task.get("code") or ""),
        environment=task.get("environment"),
        environment_at=(*place, "environment"),
        tags=read.tags,
        warnings=(*warnings, *read.warnings),
    )


def _task(source: Source, at: Path) -> dict[str, Any]:
    place = (*at, "task")
    if not fields(source, at).get("task"):
        hint = _("Write task: with type: run_function, code, entry_script and environment.")
        raise source.refuse("task_missing", _("A parallel job needs `task`."), at=at, hint=hint)
    task = fields(source, place)
    for name in task:
        if name not in TASK_KNOWN:
            raise source.unknown(name, TASK_KNOWN, at=place, kind="a task")
    kind = str(task.get("type", "run_function")).lower()
    if kind not in RUN_FUNCTION:
        hint = nearest(kind, RUN_FUNCTION) or _("Write type: run_function with an entry script that loads the model.")
        raise source.refuse(
            "task_kind",
            _("A task of type “%(kind)s” is not read here.") % {"kind": kind},
            at=(*place, "type"),
            hint=hint,
        )
    if not task.get("entry_script"):
        hint = _("The file with init() and run(mini_batch), such as entry_script: score.py.")
        raise source.refuse("entry_script_missing", _("A task needs `entry_script`."), at=place, hint=hint)
    return task


def _as_component(source: Source, at: Path, task: dict[str, Any]) -> Source:
    """What the job has in common with a command component, in that form, with the lines where it stands."""
    value = deepcopy(source.value)
    job = value
    for key in at:
        job = job[key]
    plain = {name: one for name, one in job.items() if name in COMPONENT_KNOWN and name not in ("type", "$schema")}
    plain["command"] = "true"
    plain.pop("environment", None)
    plain.pop("resources", None)
    plain["code"] = task.get("code")
    plain["inputs"] = {name: typed_input(one) for name, one in (job.get("inputs") or {}).items()}
    plain["outputs"] = {name: typed_output(one) for name, one in (job.get("outputs") or {}).items()}
    job.clear()
    job.update(plain)
    lines = dict(source.lines)
    lines[(*at, "code")] = source.line((*at, "task", "code"))
    return msgspec.structs.replace(source, value=value, lines=lines)


def _input(source: Source, at: Path, given: Any, inputs: set[str]) -> str:
    if given is None:
        if len(inputs) == 1:
            return next(iter(inputs))
        hint = _("Such as input_data: ${{inputs.data}}.")
        raise source.refuse("input_data_missing", _("A parallel job needs `input_data`."), at=at[:-1], hint=hint)
    found = INPUT.fullmatch(str(given).strip())
    name = found[1] if found else str(given)
    if name not in inputs:
        hint = nearest(name, inputs) or (
            _("Inputs with data: %(join)s.") % {"join": ", ".join(sorted(inputs)) or _("none")}
        )
        raise source.refuse(
            "input_data_unknown", _("“%(given)s” is no input with data.") % {"given": given}, at=at, hint=hint
        )
    return name


def _append_to(source: Source, place: Path, task: dict[str, Any], component: Component) -> str:
    given = task.get("append_row_to")
    if not given:
        return ""
    found = OUTPUT.fullmatch(str(given).strip())
    names = [port.name for port in component.outputs]
    name = found[1] if found else str(given)
    if name not in names:
        hint = nearest(name, names) or (_("It has: %(join)s.") % {"join": ", ".join(names) or _("none")})
        where = (*place, "append_row_to")
        raise source.refuse("output_unknown", _("“%(given)s” is no output.") % {"given": given}, at=where, hint=hint)
    return name


def _check_names(source: Source, at: Path, arguments: str, component: Component) -> None:
    known = {
        "inputs": [*(one.name for one in component.inputs), *(one.name for one in component.parameters)],
        "outputs": [one.name for one in component.outputs],
    }
    for kind, name in NAMED.findall(arguments):
        if name not in known[kind]:
            hint = nearest(name, known[kind]) or (
                _("It has: %(join)s.") % {"join": ", ".join(known[kind]) or _("none")}
            )
            raise source.refuse(
                "expression_unknown",
                _("There is no %(kind)s “%(name)s”.") % {"kind": kind[:-1], "name": name},
                at=at,
                hint=hint,
            )


def _taken_out(source: Source, at: Path, arguments: str, warnings: list[str]) -> tuple[str, dict[str, Any]]:
    """The words for the script, and what was meant for the driver among them."""
    told: dict[str, Any] = {}
    for name in (*OVER_THE_SCRIPT, *NOT_NEEDED):
        found = re.search(rf"(?:^|\s)--{name}(?:\s+|=)(\S+)", arguments)
        if found is None:
            continue
        arguments = (arguments[: found.start()] + arguments[found.end() :]).strip()
        if name in NOT_NEEDED:
            warnings.append(f"{source.name}, line {source.line(at)}: “--{name}” has no meaning here.")
            continue
        try:
            told[name] = OVER_THE_SCRIPT[name](found[1])
        except ValueError:
            raise source.refuse(
                "number_unfit", _("“--%(name)s %(found)s” is no number.") % {"name": name, "found": found[1]}, at=at
            ) from None
    return arguments, told


def _resources(source: Source, at: Path, known: Any, warnings: list[str]) -> Any:
    given = fields(source, at).get("resources") or {}
    count = given.get("instance_count", 1) if isinstance(given, dict) else 1
    place = (*at, "resources", "instance_count")
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise source.refuse("number_unfit", _("`instance_count` must be a whole number from 1."), at=place)
    if count > 1:
        told = f"{count} instances: their processes run on this machine"
        warnings.append(f"{source.name}, line {source.line(place)}: {told}.")
    return msgspec.structs.replace(known, instance_count=count)


def _warn_of_table_size(source: Source, at: Path, plan: ParallelPlan, warnings: list[str]) -> None:
    if plan.mini_batch_bytes is not None and plan.mini_batch_bytes < 1000 and plan.mini_batch_files is None:
        line = source.line((*at, "mini_batch_size"))
        warnings.append(f"{source.name}, line {line}: of a table it is a size: {plan.mini_batch_bytes} bytes.")
