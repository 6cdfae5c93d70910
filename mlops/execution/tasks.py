"""The jobs of execution: wake-up calls that may come twice, late, or on another machine."""

from __future__ import annotations

from mlops.execution.advance import advance
from mlops.execution.perform import perform
from mlops.execution.sweep import sweep
from mlops.work.calls import every, job


@job("execution.advance")
def advance_run(run_id: str) -> None:
    advance(run_id)


@job("execution.step")
def perform_step(step_id: str) -> None:
    perform(int(step_id), done=advance)


@every(5, "execution.sweep")
def sweep_runs() -> None:
    sweep()
