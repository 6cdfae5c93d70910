"""Looks at a run and does what is due: begins it, starts or reuses what is ready, skips what cannot run, ends it.

Any number of workers may look at the same run at once: each move is a conditional update."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.blobs.trees import is_whole
from mlops.datasets.queries import node_output, ready_version
from mlops.events.models import Event
from mlops.execution.beginning import begin, wake_next
from mlops.execution.demands import asked_of_worker
from mlops.execution.frozen import frozen
from mlops.execution.inputs import inputs_of, output_type
from mlops.execution.queueing import Ready, enqueue
from mlops.execution.ready import DONE, Outlook, outlook
from mlops.execution.reuse import earlier, reuse_key
from mlops.execution.sweeps.looking import begin_sweep, has_sweeps, is_sweep, look_at_sweeps
from mlops.execution.sweeps.trials import JOB
from mlops.formats.asked import Asked, Kept
from mlops.formats.inference import SAVED_COMPONENTS
from mlops.formats.pipeline import DATASET_COMPONENT, Node, PipelineSpec, is_kept_tree
from mlops.formats.refusal import Refusal, Where
from mlops.formats.step import StepError
from mlops.pipelines.actions import CANCEL_REQUESTED
from mlops.pipelines.order import pinned_nodes
from mlops.runs.logging import copy_metrics
from mlops.runs.models import Run, RunKind, Step
from mlops.runs.moves import end_run, move_step
from mlops.runs.saved import saved_output
from mlops.runs.trails import of_run
from mlops.work.calls import later

MOST_WAKE_UPS = 16
"""Whoever is woken goes on with all that waits, so a wake-up for each slot is enough, not one for each step."""

MOST_NAMED = 500
"""Rows that are asked for by name; beyond, all of the run are read."""


def advance(run_id: UUID | str, *, served: int = 0) -> None:
    """`served`: how many of the steps that get ready the caller will take by itself, without being woken."""
    known = Run.objects.select_related("project", "experiment").defer("spec", "document", "shapes")
    run = known.filter(pk=run_id).first()
    if run is None or run.is_final or _is_told(run):
        return
    with of_run(run):
        _advance(run, served=served)


def _is_told(run: Run) -> bool:
    """Its client says when it ends: having no steps, it would be done at once. Somebody's wish to end it is ours."""
    return run.kind == RunKind.TRACKED and run.state != "cancelling"


def _advance(run: Run, *, served: int) -> None:
    if run.state == "queued" and not begin(run):
        return
    spec, asked = frozen(run).spec, msgspec.convert(run.asked, type=Asked)
    queued: list[int] = []
    while _look(run, spec, asked, queued):
        # It may have been cancelled since the last look.
        run.refresh_from_db(fields=["state"])
    _wake(queued, served=served)


def start_ready(run: Run, nodes: Collection[str], *, near: Collection[str], served: int = 0) -> bool:
    """Starts steps whose inputs are there; `near` are they and those that feed them. Whether one ended at once, so
    that it is worth looking at all of the run."""
    with of_run(run):
        steps = {step.node: step for step in Step.objects.filter(run=run, node__in=near)}
        queued: list[int] = []
        has_ended = _start_each(run, frozen(run).spec, msgspec.convert(run.asked, type=Asked), steps, nodes, queued)
        _wake(queued, served=served)
    return has_ended


def _wake(queued: list[int], *, served: int) -> None:
    for step in queued[served : served + MOST_WAKE_UPS]:
        later("execution.step", step)


def _look(run: Run, spec: PipelineSpec, asked: Asked, queued: list[int]) -> bool:
    """One look; whether something ended at once, so that it is worth looking again."""
    if run.state == "cancelling":
        _stop_waiting_steps(run)
    if has_sweeps(run):
        look_at_sweeps(run, spec)
    states = dict(Step.objects.filter(run=run).order_by("pk").values_list("node", "state"))
    found = outlook(
        spec, states, stops_at_failure=not asked.continue_on_step_failure, does_without=frozenset(asked.does_without)
    )
    steps = _rows(run, spec, found)
    for node, cause in found.skip.items():
        move_step(
            steps[node],
            expected=("waiting",),
            to="skipped",
            reason=_("Not run, because “%(title)s” %(state)s.")
            % {"title": steps[cause].title, "state": steps[cause].get_state_display().lower()},
        )
    if found.ended:
        _end(run, list(Step.objects.filter(run=run).order_by("ended_at")))
        return False
    if run.state == "cancelling":
        return False
    return _start_each(run, spec, asked, steps, found.start, queued)


def _rows(run: Run, spec: PipelineSpec, found: Outlook) -> dict[str, Step]:
    """The steps that the outlook is about, and those that feed them: a large run has many others."""
    about = {*found.start, *found.skip, *found.skip.values()}
    about |= {edge.source for edge in spec.edges if edge.target in about}
    if not about:
        return {}
    rows = Step.objects.filter(run=run)
    if len(about) <= MOST_NAMED:
        rows = rows.filter(node__in=about)
    return {step.node: step for step in rows}


def _start_each(
    run: Run, spec: PipelineSpec, asked: Asked, steps: dict[str, Step], nodes: Collection[str], queued: list[int]
) -> bool:
    for step in steps.values():
        step.run = run  # one for all of them: it is large
    ready: list[Ready] = []
    outcomes = [_start(run, spec, asked, steps, node, ready) for node in nodes]
    queued += enqueue(run, ready)
    return any(outcomes)


def _start(
    run: Run, spec: PipelineSpec, asked: Asked, steps: dict[str, Step], node_id: str, ready: list[Ready]
) -> bool:
    """Whether the step ended at once: a dataset, a pin, a reuse, or a refusal."""
    node, step, library = spec.node(node_id), steps[node_id], frozen(run).library
    assert node is not None
    try:
        if node.pins and node.id in pinned_nodes(spec):
            return _take_pins(run, step, node)
        if kept := asked.kept.get(node_id):
            return _take_kept(run, step, kept)
        if is_kept_tree(node):
            return _take_tree(step, node)
        if node.component == DATASET_COMPONENT:
            return _take_dataset(run, step, node)
        if node.component in SAVED_COMPONENTS:
            return _take_saved(run, step, node)
        key = reuse_key(node, inputs_of(spec, steps, node_id, library), run.snapshot.get("versions", {}), library)
    except Refusal as refusal:
        error = StepError(code=refusal.code, message=refusal.message, hint=refusal.hint, where=refusal.where)
        told = msgspec.to_builtins(error)
        return move_step(
            step, expected=("waiting",), to="failed", reason=refusal.message, error=told, ended_at=timezone.now()
        )
    before = earlier(run, key) if node_id not in asked.anew else None
    if before is not None:
        return _reuse(run, step, before, key)
    definition = library.definition(node.component, node.version)
    if is_sweep(definition):
        return begin_sweep(step, reuse_key=key)
    ready.append(Ready(step, key, asked_of_worker(run, node, definition)))
    return False


def _take_pins(run: Run, step: Step, node: Node) -> bool:
    """Raises Refusal `pin_gone` where the kept bytes are not there any more."""
    for port, pin in node.pins.items():
        if not is_whole(pin.tree):
            raise Refusal(
                "pin_gone",
                _("What was pinned at the output “%(port)s” is not kept any more.") % {"port": port},
                hint=_("Take the pin off, so that the step runs again."),
                where=Where(node=node.id, port=port),
            )
    pin = next(iter(node.pins.values()))
    library = frozen(run).library
    return move_step(
        step,
        expected=("waiting",),
        to="reused",
        reason=_("Pinned by %(who)s on %(day)s: the kept output stands in.")
        % {"who": pin.pinned_by, "day": pin.pinned_at[:10]},
        outputs={port: {"type": output_type(library, node, port), "tree": pin.tree} for port, pin in node.pins.items()},
        progress=1.0,
        ended_at=timezone.now(),
    )


def _take_kept(run: Run, step: Step, kept: Kept) -> bool:
    """Raises Refusal `kept_gone` where the earlier result is not whole any more."""
    before = Step.objects.select_related("run").filter(pk=kept.step, run__project=run.project).first()
    if before is None or not all(is_whole(output["tree"]) for output in before.outputs.values()):
        raise Refusal(
            "kept_gone",
            _("The result of “%(title)s” in run #%(number)d is not kept any more.")
            % {"title": step.title, "number": kept.run},
            hint=_("Run all, or up to the step that you want."),
            where=Where(node=step.node),
        )
    return _reuse(run, step, before, before.reuse_key)


def _take_dataset(run: Run, step: Step, node: Node) -> bool:
    """Raises Refusal where the version is gone."""
    if "tree" in node.parameters:
        return _take_tree(step, node)
    version = ready_version(run.project, node.parameters["dataset"], node.parameters["version"])
    now = timezone.now()
    return move_step(
        step,
        expected=("waiting",),
        to="completed",
        reason=_("Read %(name)s.") % {"name": version},
        outputs={"dataset": node_output(version)},
        progress=1.0,
        started_at=now,
        ended_at=now,
    )


def _take_tree(step: Step, node: Node) -> bool:
    """Raises Refusal `data_gone` where its bytes are not kept any more."""
    tree, uri = str(node.parameters["tree"]), str(node.parameters.get("uri", ""))
    if not is_whole(tree):
        raise Refusal(
            "data_gone",
            _("The files of “%(uri)s” are not kept any more.") % {"uri": uri},
            hint=_("Submit the job again from its files."),
            where=Where(node=node.id),
        )
    now = timezone.now()
    return move_step(
        step,
        expected=("waiting",),
        to="completed",
        reason=_("Read %(name)s.") % {"name": uri},
        outputs={"dataset": {"type": node.parameters.get("type", "any"), "tree": tree}},
        progress=1.0,
        started_at=now,
        ended_at=now,
    )


def _take_saved(run: Run, step: Step, node: Node) -> bool:
    """Raises Refusal where that run has no such output."""
    made_by, output = saved_output(run.project, node)
    now = timezone.now()
    told = {"step": made_by.title, "number": made_by.run.number}
    return move_step(
        step,
        expected=("waiting",),
        to="completed",
        reason=_("Taken from “%(step)s” of run #%(number)d.") % told,
        outputs={output["type"]: output},
        progress=1.0,
        started_at=now,
        ended_at=now,
    )


def _reuse(run: Run, step: Step, before: Step, key: str) -> bool:
    with transaction.atomic():
        moved = move_step(
            step,
            expected=("waiting",),
            to="reused",
            reason=_("Unchanged since run #%(number)d, so its result was taken.") % {"number": before.run.number},
            outputs=before.outputs,
            reuse_key=key,
            reused_from=before,
            progress=1.0,
            ended_at=timezone.now(),
        )
        if moved:
            copy_metrics(before.run, run, source_node=before.node, node=step.node)
    return moved


def _stop_waiting_steps(run: Run) -> None:
    """Those that run are stopped by their workers, which see the run's state."""
    for step in Step.objects.filter(run=run, state__in=("waiting", "queued")).select_related("run__project"):
        move_step(step, expected=("waiting", "queued"), to="cancelled", reason=_("The run was cancelled."))


def _end(run: Run, steps: list[Step]) -> None:
    failed = [step for step in steps if step.state == "failed"]
    if run.state == "cancelling":
        reason = _why_stopped(run) or _("Cancelled by %(who)s; all its steps have stopped.") % {"who": _canceller(run)}
        end_run(run, expected=("cancelling",), to="cancelled", reason=reason)
    elif failed:
        reason = _("“%(title)s” failed: %(reason)s") % {"title": failed[0].title, "reason": failed[0].reason}
        end_run(run, expected=("queued", "running"), to="failed", reason=reason)
    else:
        reason = _what_is_done(steps)
        if run.kind == RunKind.SWEEP:  # its one step says which trial is the best
            reason = next((step.reason for step in steps if step.node == JOB), reason)
        end_run(run, expected=("queued", "running"), to="completed", reason=reason)
    if run.parent_id is not None:
        later("execution.advance", run.parent_id)
    wake_next(run)


def _what_is_done(steps: list[Step]) -> str:
    done, reused = (sum(step.state in states for step in steps) for states in (DONE, ("reused",)))
    if reused:
        told = ngettext("%(count)d step done, reused: %(reused)d.", "%(count)d steps done, reused: %(reused)d.", done)
    else:
        told = ngettext("%(count)d step done.", "%(count)d steps done.", done)
    return told % {"count": done, "reused": reused}


def _why_stopped(run: Run) -> str:
    """Of a trial that its sweep stopped; empty where a person cancelled the run."""
    asked = Event.objects.filter(subject=f"runs/{run.pk}", type=CANCEL_REQUESTED).first()
    return asked.reason if asked and asked.actor_id is None else ""


def _canceller(run: Run) -> str:
    asked = Event.objects.filter(subject=f"runs/{run.pk}", type=CANCEL_REQUESTED).first()
    return asked.actor_name if asked else _("somebody")
