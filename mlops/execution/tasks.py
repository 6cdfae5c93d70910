"""The jobs of execution: wake-up calls that may come twice, late, or on another machine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from celery.signals import worker_shutting_down
from django.conf import settings

from mlops.execution import stopping
from mlops.execution.advance import advance
from mlops.execution.executors import docker
from mlops.execution.executors.kubernetes import sweeping
from mlops.execution.going_on import go_on, go_on_after
from mlops.execution.perform import perform
from mlops.execution.sweep import is_any, sweep
from mlops.runs.models import Step
from mlops.runs.places import next_of
from mlops.work.calls import every, job

WOKEN_AFTER_MANY = 3


@job("execution.advance")
def advance_run(run_id: str) -> None:
    advance(run_id)


@job("execution.begin_next")
def begin_next(project_id: str) -> None:
    """After the end of a run of the project."""
    if following := next_of(UUID(project_id)):
        advance(following)


@job("execution.step")
def perform_step(step_id: str) -> None:
    perform(int(step_id), done=partial(go_on, served=1), all_done=_go_on_after)


def _go_on_after(steps: Sequence[Step]) -> None:
    """Some are woken, who wake others in their turn; this worker goes on by itself."""
    go_on_after(steps, served=max(1, len(steps) - WOKEN_AFTER_MANY))


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def give_steps_back(**_: Any) -> None:
    stopping.ask()


@every(5, "execution.sweep", if_any=is_any)
def sweep_runs() -> None:
    sweep()


@job("execution.wake_queued")
def wake_queued() -> None:
    """After a maintenance; the sweep would find them soon as well."""
    sweep()


@every(60, "execution.lost_containers")
def clear_containers() -> None:
    if settings.STEP_CONTAINERS == "kubernetes":
        sweeping.remove_lost()
    elif settings.STEP_CONTAINERS != "never":
        docker.remove_lost()
