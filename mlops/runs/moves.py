"""Moves of runs and steps between states, each a conditional update that says whether it happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mlops.access.models import Project
from mlops.events.chain import notify, notify_each, record
from mlops.runs import durations, step_ends
from mlops.runs.models import DONE_STEP_STATES, Run, Step
from mlops.tags.filters import tags_of
from mlops.work.calls import later

EVENT_OF = {
    "completed": "mlops.run.completed",
    "failed": "mlops.run.failed",
    "cancelled": "mlops.run.cancelled",
}

TIMED = ("completed", "failed", "cancelled")


def move_step(
    step: Step, *, expected: tuple[str, ...], to: str, reason: str, only: Q | None = None, **fields: Any
) -> bool:
    """Whether this caller made the move. `expected`: the states from which it may be made, in the same attempt;
    `only`: what else must hold at that moment."""
    known = Step.objects.filter(only or Q(), pk=step.pk, attempt=step.attempt, state__in=expected)
    changes = {"state": to, "reason": reason, "state_since": timezone.now(), **fields}
    with transaction.atomic():
        moved = bool(known.update(**changes))
        if moved:
            notify("step", f"{step.run_id}/{step.node}", project=step.run.project)
            for name, value in changes.items():
                setattr(step, name, value)
            if to in DONE_STEP_STATES:
                step_ends.tell(step)
    if moved and to in TIMED:
        durations.of_step(step)
    return moved


def complete_steps(ends: Mapping[Step, Mapping[str, Any]], *, project: Project) -> list[Step]:
    """Those of which this caller made the move from `running`; all in the same transaction. `ends`: their columns."""
    moved = []
    with transaction.atomic():
        for step, fields in ends.items():
            changes = {"state": "completed", "state_since": timezone.now(), **fields}
            if Step.objects.filter(pk=step.pk, attempt=step.attempt, state="running").update(**changes):
                moved.append(step)
                for name, value in changes.items():
                    setattr(step, name, value)
                step_ends.tell(step)
        notify_each("step", [f"{step.run_id}/{step.node}" for step in moved], project=project)
    for step in moved:
        durations.of_step(step)
    return moved


def begin_run(run: Run, *, reason: str) -> bool:
    now = timezone.now()
    with transaction.atomic():
        moved = bool(
            Run.objects.filter(pk=run.pk, state="queued").update(
                state="running", reason=reason, state_since=now, started_at=now
            )
        )
        if moved:
            record(
                None,
                "mlops.run.started",
                subject=f"runs/{run.pk}",
                project=run.project,
                data=told(run, "running"),
                reason=reason,
                notice=("run", str(run.pk)),
            )
    return moved


def end_run(run: Run, *, expected: tuple[str, ...], to: str, reason: str) -> bool:
    """The final state, with its event."""
    now = timezone.now()
    with transaction.atomic():
        moved = bool(
            Run.objects.filter(pk=run.pk, state__in=expected).update(
                state=to, reason=reason, state_since=now, ended_at=now
            )
        )
        if moved:
            record(
                None,
                EVENT_OF[to],
                subject=f"runs/{run.pk}",
                project=run.project,
                data=told(run, to),
                reason=reason,
                notice=("run", str(run.pk)),
            )
            if run.snapshot.get("job"):
                later("jobs.keep_outputs", run.pk)
    if moved:
        durations.of_run(run, state=to, ended_at=now)
    return moved


def told(run: Run, state: str) -> dict[str, Any]:
    return {
        "run_id": str(run.pk),
        "number": run.number,
        "name": run.display_name,
        "experiment": run.experiment.name,
        "experiment_id": str(run.experiment_id),
        "kind": run.kind,
        "origin": run.origin,
        "state": state,
        **({"parent": str(run.parent_id)} if run.parent_id else {}),
        "tags": tags_of(run),
        "properties": {"spec": run.spec_digest},
    }
