"""What a page, the API and the command line show of a run's sweeps: their plans and their trials."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from mlops.execution.library import library_of
from mlops.formats.definition import Sweep
from mlops.formats.pipeline import PipelineSpec
from mlops.formats.sweep import SweepPlan
from mlops.runs.models import Run, Step, Trial
from mlops.runs.shaping import seconds


class TrialShown(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    run: str
    run_number: int
    name: str
    state: str
    reason: str
    since: datetime
    values: dict[str, Any]
    score: float | None
    is_best: bool
    stopped_early: bool
    seconds: float | None


class SweepShown(msgspec.Struct, frozen=True, kw_only=True):
    step: Step
    plan: SweepPlan
    trials: tuple[TrialShown, ...]

    @property
    def begun(self) -> int:
        return len(self.trials)

    @property
    def ended(self) -> int:
        return sum(one.state in ("completed", "failed", "cancelled") for one in self.trials)

    @property
    def best(self) -> TrialShown | None:
        return next((one for one in self.trials if one.is_best), None)


def sweeps_of(run: Run) -> list[SweepShown]:
    """Those of the run that have begun or wait to begin, in the order of its spec."""
    spec, library = msgspec.convert(run.spec, type=PipelineSpec), library_of(run)
    steps = {step.node: step for step in Step.objects.filter(run=run)}
    found = []
    for node in spec.nodes:
        definition = library.definition(node.component, node.version)
        if definition is not None and isinstance(definition.how, Sweep) and node.id in steps:
            step = steps[node.id]
            found.append(SweepShown(step=step, plan=definition.how.plan, trials=_trials(step)))
    return found


def _trials(step: Step) -> tuple[TrialShown, ...]:
    heavy = ("run__spec", "run__document", "run__shapes", "run__snapshot", "run__source")
    rows = Trial.objects.filter(sweep=step).select_related("run").defer(*heavy)
    return tuple(
        TrialShown(
            number=one.number,
            run=str(one.run_id),
            run_number=one.run.number,
            name=one.run.name or str(one.run_id),
            state=one.run.state,
            reason=one.run.reason,
            since=one.run.state_since,
            values=one.values,
            score=one.score,
            is_best=one.is_best,
            stopped_early=one.stopped_early,
            seconds=seconds(one.run.started_at, one.run.ended_at),
        )
        for one in rows
    )
