"""How long runs and steps took, told to the tallies that /metrics shows."""

from __future__ import annotations

from datetime import datetime

from mlops.runs.models import Run, Step
from mlops.work.tallies import observe


def of_step(step: Step) -> None:
    """One that has ended and was carried out by a worker."""
    if step.started_at is not None and step.ended_at is not None:
        observe("mlops_step_seconds", (step.ended_at - step.started_at).total_seconds(), state=step.state)


def of_run(run: Run, *, state: str, ended_at: datetime) -> None:
    began = run.started_at or run.created_at
    observe("mlops_run_seconds", (ended_at - began).total_seconds(), kind=run.kind, state=state)
