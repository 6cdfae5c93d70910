"""One look at a sweep's step: counts what has ended, judges what runs, begins what is due, and ends it.

Any number of workers may look at once: a trial's number is unique, every other move is a conditional update."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.events.chain import notify
from mlops.execution.inputs import output_at
from mlops.execution.library import library_of
from mlops.execution.sweeps import proposing
from mlops.execution.sweeps.ending import conclude
from mlops.execution.sweeps.judging import due, judge
from mlops.execution.sweeps.scores import count_ended, series_of
from mlops.execution.sweeps.trials import begin_trial, stop_trial
from mlops.formats.definition import Definition, Sweep
from mlops.formats.pipeline import Node, PipelineSpec
from mlops.formats.sweep import SweepPlan
from mlops.runs.models import FINAL_RUN_STATES, Run, Step, Trial
from mlops.runs.moves import move_step

MOST_AHEAD = 32
"""Trials that are begun and not ended at once, whatever the file allows: they would only wait for workers."""

FIRST = 10
"""When so many trials have ended and none of them was of use, the sweep fails."""


def has_sweeps(run: Run) -> bool:
    """Read from the raw snapshot, because every look at any run asks it."""
    components = run.snapshot.get("components", {}).values()
    return any(one.get("how", {}).get("kind") == "sweep" for one in components)


def is_sweep(definition: Definition | None) -> bool:
    return definition is not None and isinstance(definition.how, Sweep)


def begin_sweep(step: Step, *, reuse_key: str) -> bool:
    """A sweep is at work without a worker: no slot waits for its trials."""
    now = timezone.now()
    reason = _("Its trials are being begun.")
    return move_step(
        step, expected=("waiting",), to="running", reason=reason, started_at=now, progress=0.0, reuse_key=reuse_key
    )


def look_at_sweeps(run: Run, spec: PipelineSpec) -> None:
    """All sweeps of the run that are at work."""
    library = library_of(run)
    for step in Step.objects.filter(run=run, state="running", lease_until=None):
        node = spec.node(step.node)
        definition = library.definition(node.component, node.version) if node else None
        if node is not None and definition is not None and isinstance(definition.how, Sweep):
            step.run = run
            _look(step, node, definition, spec)


def _look(step: Step, node: Node, definition: Definition, spec: PipelineSpec) -> None:
    assert isinstance(definition.how, Sweep)
    plan = definition.how.plan
    count_ended(step, plan)
    trials = _trials(step)
    going = [one for one in trials if one.run.state not in FINAL_RUN_STATES]
    if step.run.state == "cancelling":
        _stop(going, _("Stopped, because its sweep was cancelled."))
        if not going:
            reason = _("Stopped, because the run was cancelled.")
            move_step(step, expected=("running",), to="cancelled", reason=reason, ended_at=timezone.now())
        return
    over = _why_over(step, plan, trials)
    if over:
        _stop(going, over)
    else:
        _judge(step, plan, going)
    more = not over and _begin_more(step, node, definition, spec, trials, len(going))
    if not more and not going:
        conclude(step, plan, _trials(step), over)
        return
    _tell(step, plan)


def _trials(step: Step) -> list[Trial]:
    heavy = ("run__spec", "run__document", "run__shapes", "run__snapshot", "run__source")
    return list(Trial.objects.filter(sweep=step).select_related("run__project").defer(*heavy))


def _why_over(step: Step, plan: SweepPlan, trials: list[Trial]) -> str:
    """Why nothing more is begun, and what runs is stopped; empty while it goes on."""
    seconds = plan.limits.timeout_seconds
    if seconds is not None and step.started_at and timezone.now() - step.started_at > timedelta(seconds=seconds):
        return _("Stopped, because the sweep's time limit of %(seconds)d s was reached.") % {"seconds": seconds}
    first = [one for one in trials if one.number < FIRST]
    if len(first) == FIRST and all(one.is_counted and not _is_of_use(one) for one in first):
        return _("Stopped, because none of the first %(count)d trials was of use.") % {"count": FIRST}
    return ""


def _is_of_use(trial: Trial) -> bool:
    return trial.stopped_early or (trial.run.state == "completed" and trial.score is not None)


def _stop(going: list[Trial], why: str) -> None:
    for one in going:
        stop_trial(one.run, why=why)


def _judge(step: Step, plan: SweepPlan, going: list[Trial]) -> None:
    policy, goal = plan.early_termination, plan.objective.goal
    running = {one.number: one for one in going if one.run.state == "running"}
    if policy is None or not running:
        return
    own = series_of([one.run_id for one in running.values()], plan.objective.primary_metric)
    asked = {
        number: at
        for number, one in running.items()
        if (at := due(policy, logged=len(own.get(one.run_id, ())), judged=one.judged))
    }
    if not asked:
        return
    numbers = dict(Trial.objects.filter(sweep=step).values_list("run_id", "number"))
    known = series_of(list(numbers), plan.objective.primary_metric)
    series = {numbers[run]: values for run, values in known.items()}
    ended = frozenset(numbers.values()) - {one.number for one in going}
    for number, at in asked.items():
        trial = running[number]
        why = judge(policy, goal, series, trial=number, at=at, ended=ended)
        Trial.objects.filter(pk=trial.pk, judged__lt=at).update(judged=at)
        if why and stop_trial(trial.run, why=why):
            Trial.objects.filter(pk=trial.pk).update(stopped_early=True)


def _begin_more(
    step: Step, node: Node, definition: Definition, spec: PipelineSpec, trials: list[Trial], going: int
) -> bool:
    """Whether a trial was begun, or may be by a later look."""
    assert isinstance(definition.how, Sweep)
    plan = definition.how.plan
    total = plan.limits.max_total_trials
    room = min(plan.limits.max_concurrent_trials or total, MOST_AHEAD) - going
    number = max((one.number for one in trials), default=-1) + 1
    if room <= 0:
        return number < total
    tried = [proposing.Tried(values=one.values, value=one.score, is_open=not one.is_counted) for one in trials]
    flowing = _flowing(step, node, spec)
    begun = False
    while room > 0 and number < total:
        values = proposing.propose(plan, tried, number=number, seed=step.run.number)
        if values is None:
            return begun
        if not begin_trial(step, node, definition, flowing, number=number, values=values):
            return True
        tried.append(proposing.Tried(values=values, is_open=True))
        number, room, begun = number + 1, room - 1, True
    return begun or number < total


def _flowing(step: Step, node: Node, spec: PipelineSpec) -> dict[str, dict[str, str]]:
    edges = spec.inputs_of(node.id)
    rows = Step.objects.filter(run=step.run, node__in={edge.source for edge in edges})
    steps, library = {one.node: one for one in rows}, library_of(step.run)
    found = {edge.target_port: output_at(spec, steps, edge, library) for edge in edges}
    return {port: value for port, value in found.items() if value is not None}


def _tell(step: Step, plan: SweepPlan) -> None:
    """How far it is, in the row that everybody reads."""
    counted = Trial.objects.filter(sweep=step)
    begun, ended = counted.count(), counted.filter(is_counted=True).count()
    total = plan.limits.max_total_trials
    told = ngettext("%(ended)d of at most %(count)d trial ended", "%(ended)d of at most %(count)d trials ended", total)
    reason = told % {"ended": ended, "count": total}
    reason += _(", %(going)d going on") % {"going": begun - ended}
    best = counted.filter(is_best=True).first()
    if best is not None:
        words = {"metric": plan.objective.primary_metric, "score": best.score, "number": best.number}
        reason += _("; the best so far: %(metric)s %(score).6g in trial %(number)d") % words
    mine = Step.objects.filter(pk=step.pk, state="running").exclude(reason=f"{reason}.")
    if mine.update(reason=f"{reason}.", progress=ended / total):
        notify("step", f"{step.run_id}/{step.node}", project=step.run.project)
