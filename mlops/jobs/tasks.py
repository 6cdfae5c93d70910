"""The background work of jobs: what they are to leave behind."""

from __future__ import annotations

from mlops.jobs import keeping
from mlops.work.calls import every, job


@job("jobs.keep_outputs")
def keep_outputs(run_id: str) -> None:
    keeping.keep_outputs(run_id)


@every(60, "jobs.sweep_outputs")
def sweep() -> None:
    keeping.keep_forgotten()
