"""A `sweepJob`, also as a job of a pipeline: the trial and what is varied in it, as one component."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy

import msgspec

from mlops.formats.azureml.component import Read, read_component
from mlops.formats.azureml.environment import ReadFile
from mlops.formats.azureml.lines import Path, Source, fields, load
from mlops.formats.azureml.search_space import parameter_of
from mlops.formats.azureml.sweep_plan import PLAN_FIELDS, read_plan
from mlops.formats.azureml.typing_inputs import typed_input, typed_output, without
from mlops.formats.azureml.values import title_of
from mlops.formats.component import Component, Parameter
from mlops.formats.definition import Command, Definition, Sweep
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _
from mlops.formats.sweep import Distribution, SweepPlan

KNOWN = {
    "$schema", "type", "name", "version", "display_name", "description", "tags", "experiment_name", "inputs",
    "outputs", "trial", "comment", *PLAN_FIELDS,
}  # fmt: skip
WITHOUT_MEANING = {
    "compute", "identity", "properties", "services", "resources", "queue_settings", "job_tier", "is_deterministic",
    "status", "creation_context", "id", "parent_job_name",
}  # fmt: skip
APART = ("environment", "resources", "distribution", "limits")
"""Fields of a trial that are read as those of any command job."""

SEARCHED = re.compile(r"\$\{\{\s*search_space\.([A-Za-z0-9_]+)\s*\}\}")

Registered = Callable[[Path, str], Definition]
"""The registered component that a reference at a path of the file names. Raises Refusal."""


class ReadSweep(msgspec.Struct, frozen=True, kw_only=True):
    """Of a trial that is written out, here or in a file, the tree of its code, its environment and its resources are
    not known here: they stand in `origin` at `trial_at`. `origin` is None where a registered component is tried."""

    component: Component
    how: Sweep
    code: str
    """The path as it is written."""
    origin: Source | None
    trial_at: Path
    warnings: tuple[str, ...]


def read_sweep(source: Source, read_file: ReadFile, registered: Registered, *, at: Path = ()) -> ReadSweep:
    """The sweep at a path of the file. Its inputs there must be values, or mappings with a `type`.

    Raises Refusal with the file, the line and the nearest name."""
    found = fields(source, at)
    warnings: list[str] = []
    for name in found:
        if name in WITHOUT_MEANING:
            warnings.append(f"{source.name}, line {source.line((*at, name))}: “{name}” has no meaning here.")
        elif name not in KNOWN:
            raise source.unknown(name, KNOWN | WITHOUT_MEANING, at=at, kind="a sweep")
    plan = read_plan(source, at)
    trial = found.get("trial")
    place = (*at, "trial")
    if not trial:
        hint = _("Write trial: with a command, or the file of a component, or azureml:NAME:VERSION.")
        raise source.refuse("trial_missing", _("A sweep needs `trial`."), at=at, hint=hint)
    origin: Source | None = source
    trial_at = place
    if isinstance(trial, dict):
        read = _inline(source, at, plan, read_file)
    elif str(trial).startswith(("azureml:", "azureml://")):
        origin, read = None, _registered(source, place, str(trial), registered)
    else:
        path = _joined(source.name, str(trial).removeprefix("file:"))
        origin, trial_at = load(path, read_file(str(trial))), ()
        read = read_component(without(origin, (), APART), read_file)
    warnings += _unused(source, at, plan, read.command.command)
    component, varied = _split(source, at, plan.space, read.component)
    name = str(found.get("name") or read.component.name or (at[-1] if at else "sweep"))
    component = msgspec.structs.replace(
        component,
        name=name,
        version="" if found.get("version") is None else str(found["version"]),
        title=str(found.get("display_name") or read.component.title or title_of(name)),
    )
    return ReadSweep(
        component=component,
        how=Sweep(trial=read.command, plan=plan, varied=varied),
        code=read.code,
        origin=origin,
        trial_at=trial_at,
        warnings=(*warnings, *read.warnings),
    )


def _unused(source: Source, at: Path, plan: SweepPlan, command: str) -> list[str]:
    """What is varied and not in the command: the trial sees it as `AZUREML_SWEEP_…` alone."""
    return [
        f"{source.name}, line {source.line((*at, 'search_space', name))}: “{name}” is varied, and the trial's command "
        f"does not name it; the script finds it as AZUREML_SWEEP_{name} in its environment."
        for name in plan.space
        if not re.search(rf"\$\{{\{{\s*inputs\.{name}\s*\}}\}}", command)
    ]


def _registered(source: Source, place: Path, reference: str, registered: Registered) -> Read:
    definition = registered(place, reference)
    if not isinstance(definition.how, Command):
        hint = _("A trial is a command component.")
        raise source.refuse(
            "trial_kind", _("“%(reference)s” is no command.") % {"reference": reference}, at=place, hint=hint
        )
    return Read(component=definition.component, command=definition.how, code="", tags={}, warnings=())


def _joined(beside: str, path: str) -> str:
    import posixpath

    return posixpath.normpath(posixpath.join(posixpath.dirname(beside), path))


def _inline(source: Source, at: Path, plan: SweepPlan, read_file: ReadFile) -> Read:
    """A trial without ports of its own has those of the sweep, and a parameter for each `${{search_space.x}}`."""
    value = deepcopy(source.value)
    job = value
    for key in at:
        job = job[key]
    trial = job["trial"]
    command = str(trial.get("command") or "")
    for name in SEARCHED.findall(command):
        if name not in plan.space:
            hint = nearest(name, plan.space) or (_("It has: %(names)s.") % {"names": ", ".join(plan.space)})
            message = _("The search space has no “%(name)s”.") % {"name": name}
            raise source.refuse("expression_unknown", message, at=(*at, "trial", "command"), hint=hint)
    trial["command"] = SEARCHED.sub(r"${{inputs.\1}}", command)
    given = {
        **{name: typed_input(one) for name, one in (job.get("inputs") or {}).items()},
        **(trial.get("inputs") or {}),
    }
    for name, one in plan.space.items():
        if name not in (trial.get("inputs") or {}):
            given[name] = {"type": _written_type(name, one)}
    trial["inputs"] = given
    made = trial.get("outputs") or job.get("outputs") or {}
    trial["outputs"] = {name: typed_output(one) for name, one in made.items()}
    typed = msgspec.structs.replace(source, value=value)
    return read_component(without(typed, (*at, "trial"), APART), read_file, at=(*at, "trial"))


def _written_type(name: str, distribution: Distribution) -> str:
    kind = parameter_of(name, distribution, label=name).type
    return "number" if kind == "decimal" else kind


def _split(
    source: Source, at: Path, space: dict[str, Distribution], trial: Component
) -> tuple[Component, tuple[Parameter, ...]]:
    """The trial's component without what is varied, and that."""
    varied = []
    for name, one in space.items():
        place = (*at, "search_space", name)
        taken = trial.parameter(name)
        if taken is None:
            known = [parameter.name for parameter in trial.parameters]
            hint = nearest(name, known) or (_("It takes: %(join)s.") % {"join": ", ".join(known) or _("none")})
            raise source.refuse(
                "search_space_unknown", _("The trial takes no value “%(name)s”.") % {"name": name}, at=place, hint=hint
            )
        given = parameter_of(name, one, label=taken.label)
        if taken.type == "integer" and given.type == "decimal" and not _is_whole(one):
            hint = _("Write a quniform with q: 1, a randint or a choice of whole numbers.")
            message = _("“%(name)s” is a whole number, and a %(type)s gives fractions.") % {
                "name": name,
                "type": one.type,
            }
            raise source.refuse("search_space_unfit", message, at=place, hint=hint)
        varied.append(msgspec.structs.replace(taken, required=True, default=None))
    rest = tuple(parameter for parameter in trial.parameters if parameter.name not in space)
    return msgspec.structs.replace(trial, parameters=rest), tuple(varied)


def _is_whole(one: Distribution) -> bool:
    if one.type == "choice":
        return all(float(value).is_integer() for value in one.values)
    return one.q > 0 and float(one.q).is_integer()
