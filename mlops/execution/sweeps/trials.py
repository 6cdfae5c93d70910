"""Beginning a trial as a run of its own, and stopping it."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.events.chain import record
from mlops.execution.demands import compute_of
from mlops.execution.sweeps.telling import began, tell
from mlops.formats.component import Parameter
from mlops.formats.definition import Command, Definition, Sweep, key_of
from mlops.formats.pipeline import DATASET_COMPONENT, Edge, Node, PipelineSpec
from mlops.pipelines.actions import ask_for_end
from mlops.runs.logging import log_parameters
from mlops.runs.models import Run, RunKind, Step, Trial
from mlops.work.calls import later

JOB = "job"
"""The one node of a trial's spec that does the work."""


def begin_trial(
    step: Step,
    node: Node,
    definition: Definition,
    flowing: dict[str, dict[str, str]],
    *,
    number: int,
    values: dict[str, Any],
) -> bool:
    """Whether this caller began it: another look may have begun the trial of that number, or the sweep has ended.

    `flowing`: by input port {"type", "tree"}."""
    try:
        with transaction.atomic():
            Project.objects.select_for_update(no_key=True).get(pk=step.run.project_id)
            if not Step.objects.filter(pk=step.pk, state="running", run__state="running").exists():
                return False
            run = _run(step, node, definition, flowing, number=number, values=values)
            Trial.objects.create(sweep=step, number=number, run=run, values=values)
            later("execution.advance", run.pk)
    except IntegrityError:
        return False
    tell(step, began(number, values))
    return True


def stop_trial(run: Run, *, why: str) -> bool:
    """Asks for its end; its worker kills the process. Whether it was still going on."""
    return ask_for_end(None, run, told=why, reason=why)


def _run(
    step: Step,
    node: Node,
    definition: Definition,
    flowing: dict[str, dict[str, str]],
    *,
    number: int,
    values: dict[str, Any],
) -> Run:
    sweep = step.run
    trial = _trial(definition)
    parameters = {
        **node.parameters,
        **{one.name: _fitted(one, values[one.name]) for one in trial.component.parameters if one.name in values},
    }
    spec = _spec(trial, node, parameters, flowing)
    name = _free_name(sweep, step, number)
    last = Run.objects.filter(project=sweep.project).aggregate(last=Max("number"))["last"] or 0
    run = Run.objects.create(
        project=sweep.project,
        experiment=sweep.experiment,
        number=last + 1,
        kind=RunKind.COMMAND,
        name=name,
        parent=sweep,
        display_name=f"{step.title} · {number}"[:200],
        spec=msgspec.to_builtins(spec),
        spec_digest=spec.digest(),
        source={"type": "command", "inputs": parameters},
        asked={"anew": [JOB]} if _is_forced(step) else {},
        origin=f"sweeps/{sweep.pk}/{step.node}"[:200],
        snapshot={
            "versions": sweep.snapshot.get("versions", {}),
            "components": {key_of(trial.component.name, trial.component.version): msgspec.to_builtins(trial)},
            **({"compute": {JOB: compute}} if (compute := compute_of(sweep, step.node)) else {}),
        },
        priority=sweep.priority,
        reason=_("Waiting for a worker."),
        state_since=timezone.now(),
        created_by_id=sweep.created_by_id,
    )
    Step.objects.bulk_create(
        Step(
            run=run,
            node=one.id,
            title=(one.title or step.title)[:200],
            component=one.component,
            version=one.version,
            reason=_("Waits for the steps before it."),
            state_since=run.state_since,
        )
        for one in spec.nodes
    )
    log_parameters(run, {key: value for key, value in parameters.items() if value is not None})
    record(
        None,
        "mlops.run.submitted",
        subject=f"runs/{run.pk}",
        project=run.project,
        data={
            "run_id": str(run.pk),
            "number": run.number,
            "name": run.display_name,
            "experiment": run.experiment.name,
            "experiment_id": str(run.experiment_id),
            "kind": run.kind,
            "state": run.state,
            "spec": run.spec_digest,
            "origin": run.origin,
            "pins": 0,
        },
        notice=("run", str(run.pk)),
    )
    return run


def _is_forced(step: Step) -> bool:
    """A pipeline that is to run anew runs its trials anew; a sweep alone takes equal trials as they are."""
    return step.run.kind == RunKind.PIPELINE and step.node in step.run.asked.get("anew", ())


def _trial(definition: Definition) -> Definition:
    """With the time that it may take, and with what is varied in its environment as Azure ML names it."""
    trial, sweep = definition.trial(), definition.how
    assert isinstance(sweep, Sweep)
    assert isinstance(trial.how, Command)
    told = {f"AZUREML_SWEEP_{one.name}": f"${{{{inputs.{one.name}}}}}" for one in sweep.varied}
    how = msgspec.structs.replace(trial.how, variables={**told, **trial.how.variables})
    seconds = sweep.plan.limits.trial_timeout_seconds
    if seconds is not None:
        how = msgspec.structs.replace(how, resources=msgspec.structs.replace(how.resources, timeout_seconds=seconds))
    return msgspec.structs.replace(trial, how=how)


def _spec(
    trial: Definition, sweep: Node, parameters: dict[str, Any], flowing: dict[str, dict[str, str]]
) -> PipelineSpec:
    """What the sweep's step asks of workers, its trials ask."""
    component = trial.component
    assert isinstance(trial.how, Command)
    forms = trial.how.forms
    job = Node(
        id=JOB, component=component.name, version=component.version, parameters=parameters, demand=sweep.demand,
        usually=sweep.usually,
    )  # fmt: skip
    nodes = [job]
    edges = []
    for port, value in sorted(flowing.items()):
        data = f"data-{port}"
        given = {
            "uri": f"trees/{value['tree']}",
            "tree": value["tree"],
            "form": forms.get(port, "uri_folder"),
            "type": value["type"],
        }
        nodes.append(Node(id=data, component=DATASET_COMPONENT, version="1", parameters=given, title=port))
        edges.append(Edge(source=data, source_port="dataset", target=JOB, target_port=port))
    return PipelineSpec(nodes=tuple(sorted(nodes, key=lambda one: one.id)), edges=tuple(edges))


def _free_name(sweep: Run, step: Step, number: int) -> str:
    """`<sweep>_<n>`; of a sweep within a pipeline also its step. Empty where somebody else has that name."""
    outer = sweep.name or f"run{sweep.number}"
    inner = "" if sweep.kind == RunKind.SWEEP else f"_{step.node}"
    name = f"{outer}{inner}_{number}"[:255]
    return "" if Run.objects.filter(project=sweep.project, name=name).exists() else name


def _fitted(parameter: Parameter, value: Any) -> Any:
    """As the trial's component takes it: a quniform gives 8.0, a choice of texts may hold numbers."""
    if parameter.type == "integer" and not isinstance(value, bool):
        return round(float(value))
    if parameter.type in ("decimal", "boolean") and not isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    return str(value)
