"""Starting and ending runs: a spec is checked, frozen and handed over to execution by one wake-up call."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops import __version__
from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.blocks.library import Library
from mlops.components.queries import ProjectLibrary
from mlops.datasets.queries import ready_version
from mlops.events.chain import record
from mlops.formats.asked import Asked, LeftOut, PinUsed
from mlops.formats.component import Problem
from mlops.formats.definition import key_of
from mlops.formats.pipeline import DATASET_COMPONENT, Node, PipelineSpec, is_kept_tree
from mlops.formats.refusal import Refusal
from mlops.pipelines.check import title_of
from mlops.pipelines.expand import card_of, expand
from mlops.pipelines.order import in_order
from mlops.pipelines.parameters import assign
from mlops.pipelines.queries import examined_run
from mlops.pipelines.resolve import Resolved, resolve, with_values
from mlops.pipelines.selection import Selection, selected
from mlops.quotas.holding import require_room
from mlops.runs.models import Experiment, Run, RunKind, RunState, Step
from mlops.runs.numbering import next_number
from mlops.runs.places import A_DAY, OF_BATCH
from mlops.runs.priorities import require_priority
from mlops.tags.filters import write_tags
from mlops.work.calls import later

CANCEL_REQUESTED = "mlops.run.cancel_requested"
LIBRARIES = ("polars", "numpy", "scikit-learn", "lightgbm", "pandas")


class PipelineInvalid(Refusal):
    """Carries every problem, so that a face can show each at its node."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        super().__init__(
            "draft_invalid",
            _("The pipeline cannot run yet: %(count)d problems. The first: %(first)s")
            % {"count": len(problems), "first": first.message}
            if len(problems) > 1
            else _("The pipeline cannot run yet: %(first)s") % {"first": first.message},
            hint=first.hint or _("Mend the marked steps, then submit again."),
            status=422,
            where=first.where,
        )
        self.extra = {"problems": msgspec.to_builtins(problems)}


def submit(
    actor: Any,
    project: Project,
    *,
    spec: PipelineSpec,
    experiment: str,
    parameters: Mapping[str, Any] | None = None,
    selection: Selection | None = None,
    continue_on_step_failure: bool = True,
    does_without_optional: bool = False,
    document: dict[str, Any] | None = None,
    shapes: dict[str, Any] | None = None,
    display_name: str = "",
    description: str = "",
    origin: str = "",
    library: Library | None = None,
    kind: str = RunKind.PIPELINE,
    name: str = "",
    source: dict[str, Any] | None = None,
    parent: Run | None = None,
    tags: Mapping[str, str] | None = None,
    git: dict[str, Any] | None = None,
    job: dict[str, Any] | None = None,
) -> Run:
    """A new run of the spec as drawn: `parameters` are the values that differ from their defaults, `selection` the
    part of the graph that runs; `does_without_optional`: steps run without those of their optional inputs whose step
    failed; `name`, `source` and `job` (what its outputs become) are those of a job from a file,
    `git` as `runs.code.take_git` gives it. Raises PipelineInvalid with every problem, Refusal `experiment_missing`,
    `run_name_taken` or `parameter_*`."""
    require(actor, "pipelines.run", project)
    priority = int((job or {}).get("priority", 0)) if parent is None else parent.priority
    require_priority(actor, project, priority)
    experiment = experiment.strip()
    if not experiment:
        raise Refusal("experiment_missing", _("A run belongs to an experiment."), hint=_("Give the experiment a name."))
    library = library or ProjectLibrary(project)
    values = assign(spec.parameters, parameters or {})
    selection = selection or Selection()
    resolved = resolve(spec, values, library)
    part = selected(with_values(expand(resolved.spec, library), values), selection)
    found, problems = examined_run(project, resolved, library, {card_of(node.id) for node in part.nodes})
    blocking = tuple(problem for problem in problems if problem.severity == "error")
    if blocking:
        raise PipelineInvalid(blocking)
    frozen = _with_versions(project, part)
    asked = _asked(frozen, resolved, values, selection, continue_on_step_failure)
    if does_without_optional:
        asked = msgspec.structs.replace(asked, does_without=_optional_inputs(frozen, library))
    now = timezone.now()
    with transaction.atomic():
        number = next_number(project)
        if parent is None and not origin.startswith(OF_BATCH):
            require_room(project, A_DAY, by=actor)
        _require_free(project, name)
        run = Run.objects.create(
            project=project,
            experiment=Experiment.objects.get_or_create(project=project, name=experiment[:120])[0],
            number=number,
            kind=kind,
            name=name,
            parent=parent,
            source=source or {},
            display_name=display_name or experiment,
            description=description,
            spec=msgspec.to_builtins(frozen),
            spec_digest=frozen.digest(),
            document=document,
            shapes=shapes or msgspec.to_builtins(found),
            origin=origin,
            snapshot=_snapshot(frozen, library, git=git, job=job),
            asked=msgspec.to_builtins(asked),
            reason=_("Waiting for a worker."),
            state_since=now,
            priority=priority,
            created_by=actor,
        )
        Step.objects.bulk_create(_steps(run, spec, frozen, library, asked.left_out))
        write_tags(run, dict(tags or {}))
        record(
            actor,
            "mlops.run.submitted",
            subject=f"runs/{run.pk}",
            project=project,
            data={
                "run_id": str(run.pk),
                "number": run.number,
                "name": run.display_name,
                "experiment": run.experiment.name,
                "experiment_id": str(run.experiment_id),
                "kind": run.kind,
                "state": run.state,
                "spec": run.spec_digest,
                "origin": origin,
                "pins": len(asked.pins),
            },
            notice=("run", str(run.pk)),
        )
        later("execution.advance", run.pk)
    return run


def cancel(actor: Any, run: Run, *, reason: str = "") -> None:
    """Asks for the end of a run; its steps are stopped by their workers. A run that has ended is refused."""
    require(actor, "runs.cancel", run.project)
    told = _("%(who)s cancelled it; its steps are being stopped.") % {"who": actor.get_username()}
    if not ask_for_end(actor, run, told=told, reason=reason):
        run.refresh_from_db()
        raise Refusal(
            "run_ended",
            _("This run is %(state)s already.") % {"state": run.get_state_display().lower()},
            hint=_("Nothing is left to cancel."),
            status=409,
        )
    run.refresh_from_db()


def ask_for_end(actor: Any, run: Run, *, told: str, reason: str) -> bool:
    """Whether it was going on. Asks for no permission; `actor` None: the system."""
    with transaction.atomic():
        going = Run.objects.filter(pk=run.pk, state__in=(RunState.QUEUED, RunState.RUNNING))
        moved = bool(going.update(state=RunState.CANCELLING, reason=told, state_since=timezone.now()))
        if moved:
            record(
                actor,
                CANCEL_REQUESTED,
                subject=f"runs/{run.pk}",
                project=run.project,
                reason=reason,
                notice=("run", str(run.pk)),
            )
            later("execution.advance", run.pk)
    return moved


def _require_free(project: Project, name: str) -> None:
    if name and Run.objects.filter(project=project, name=name).exists():
        raise Refusal(
            "run_name_taken",
            _("There is a job “%(name)s” in this project already.") % {"name": name},
            hint=_("Give it another name, or leave the name out: then one is made up."),
            status=409,
        )


def _asked(
    frozen: PipelineSpec,
    resolved: Resolved,
    values: dict[str, Any],
    selection: Selection,
    continue_on_step_failure: bool,
) -> Asked:
    runs = {node.id for node in frozen.nodes}
    anew = {node.id for node in frozen.nodes if node.regenerate} | (set(selection.anew) & runs)
    return Asked(
        scope=selection.scope,
        parameters=values,
        pins=tuple(
            PinUsed(node=node.id, port=port, pin=pin)
            for node in frozen.nodes
            for port, pin in sorted(node.pins.items())
        ),
        kept={node: kept for node, kept in selection.kept.items() if node in runs},
        anew=tuple(sorted(anew)),
        left_out=resolved.left_out | selection.outside,
        continue_on_step_failure=continue_on_step_failure,
    )


def _optional_inputs(spec: PipelineSpec, library: Library) -> tuple[tuple[str, str], ...]:
    known = {
        node.id: library.component(node.component, node.version).inputs
        for node in spec.nodes
        if node.component != DATASET_COMPONENT
    }
    return tuple(
        (edge.target, edge.target_port)
        for edge in spec.edges
        if any(port.optional for port in known.get(edge.target, ()) if port.name == edge.target_port)
    )


def _steps(
    run: Run, drawn: PipelineSpec, frozen: PipelineSpec, library: Library, left_out: dict[str, LeftOut]
) -> list[Step]:
    """Those that run in an order in which they can, then those that are left out, each with its reason."""

    def row(node: Node, spec: PipelineSpec, state: str, reason: str) -> Step:
        return Step(
            run=run,
            node=node.id,
            title=title_of(spec, node.id, library)[:200],
            component=node.component,
            version=node.version,
            state=state,
            reason=reason,
            state_since=run.state_since,
        )

    steps = [row(node, frozen, "waiting", _("Waits for the steps before it.")) for node in in_order(frozen)]
    for node in expand(drawn, library).nodes if left_out else ():
        left = left_out.get(node.id) or left_out.get(card_of(node.id))
        if left is not None:
            steps.append(row(node, drawn, "skipped", left.reason))
    return steps


def _with_versions(project: Project, spec: PipelineSpec) -> PipelineSpec:
    """A dataset node without a version gets the newest one, for ever."""

    def frozen(node: Node) -> Node:
        if node.component != DATASET_COMPONENT or node.pins or is_kept_tree(node):
            return node
        given = node.parameters.get("version")
        number = given if isinstance(given, int) else None
        chosen = ready_version(project, node.parameters["dataset"], number)
        return msgspec.structs.replace(node, parameters={**node.parameters, "version": chosen.number})

    return PipelineSpec(nodes=tuple(frozen(node) for node in spec.nodes), edges=spec.edges)


def _snapshot(spec: PipelineSpec, library: Library, **told: dict[str, Any] | None) -> dict[str, Any]:
    found = {"versions": library_versions(), "components": _definitions(spec, library)}
    return found | {name: one for name, one in told.items() if one}


def _definitions(spec: PipelineSpec, library: Library) -> dict[str, Any]:
    """What the components of the project are at this moment, by `name@version`."""
    found = {}
    for node in spec.nodes:
        definition = library.definition(node.component, node.version)
        if definition is not None:
            found[key_of(node.component, node.version)] = msgspec.to_builtins(definition)
    return found


def library_versions() -> dict[str, str]:
    """Of what decides about a result: the product, Python and the libraries."""
    found = {"product": __version__, "python": sys.version.split()[0]}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
