"""What runs where, what waits and why, as one person may see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.utils import timezone

from mlops.administration.system.workers import Doing, doing_of
from mlops.compute import queries
from mlops.compute.fitting import demands_of
from mlops.compute.shaping import state_of, why_of
from mlops.events.models import Event
from mlops.formats.labels import written_labels
from mlops.runs.models import Run, Step
from mlops.runs.queries import visible_to
from mlops.runs.situation import surroundings, told_steps
from mlops.runs.telling import Told
from mlops.work.models import Worker

MOST_WAITING = 20
MOST_HISTORY = 30
LEVELS = {"active": "ok", "away": "danger", "draining": "warn", "removed": "warn", "ended": ""}


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    step: Any
    run: Any


class WorkerLine(msgspec.Struct, frozen=True, kw_only=True):
    worker: Any
    state: str
    level: str
    why: str
    since: datetime
    hint: str
    labels: str
    placed: list[Placed]
    hidden: int
    """Steps of runs that the person may not see."""

    @property
    def running(self) -> int:
        return len(self.placed) + self.hidden

    @property
    def other_calls(self) -> list[Doing]:
        return [one for one in doing_of(self.worker) if one.job != "execution.step"]


class WaitingLine(msgspec.Struct, frozen=True, kw_only=True):
    step: Any
    run: Any
    asks: str
    why: str
    hint: str
    since: datetime


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    lines: list[WaitingLine]
    count: int
    """Of all projects."""


def worker_lines(person: Any, workers: Sequence[Worker] | None = None) -> list[WorkerLine]:
    shown = list(queries.workers()) if workers is None else workers
    running = Step.objects.filter(state="running", lease_owner__in=[one.name for one in shown])
    seen = _runs(person, {step.run_id for step in running.only("run_id")})
    by_owner: dict[str, list[Step]] = {}
    for step in running.order_by("started_at", "pk"):
        by_owner.setdefault(step.lease_owner, []).append(step)
    return [_worker_line(one, by_owner.get(one.name, []), seen) for one in shown]


def _worker_line(worker: Worker, steps: list[Step], seen: dict[Any, Run]) -> WorkerLine:
    now = timezone.now()
    state = state_of(worker, now)
    why, since, hint = why_of(worker, now)
    placed = [Placed(step=one, run=seen[one.run_id]) for one in steps if one.run_id in seen]
    return WorkerLine(
        worker=worker, state=state, level=LEVELS[state], why=why, since=since, hint=hint,
        labels=written_labels(worker.labels), placed=placed, hidden=len(steps) - len(placed),
    )  # fmt: skip


def waiting(person: Any) -> Waiting:
    """The first whose turn it is; why is asked for those that are shown."""
    queued = Step.objects.filter(state="queued", run__state__in=("queued", "running"))
    visible = queued.filter(run__in=visible_to(person).order_by().values("pk"))
    first = list(visible.order_by("-run__priority", "state_since", "pk")[:MOST_WAITING])
    runs = _runs(person, {one.run_id for one in first})
    told = {pk: told_steps(run, list(Step.objects.filter(run=run)), surroundings(of=run)) for pk, run in runs.items()}
    lines = [_waiting_line(one, runs[one.run_id], told[one.run_id][one.node]) for one in first if one.run_id in runs]
    return Waiting(lines=lines, count=queued.count())


def _waiting_line(step: Step, run: Run, told: Told) -> WaitingLine:
    asks = ", ".join(f"{name} {value}" for name, value in demands_of(step).items())
    return WaitingLine(step=step, run=run, asks=asks, why=told.reason, hint=told.hint, since=told.since)


def history(host: str = "") -> list[Event]:
    """What happened to workers, the newest first; of one machine where it is named."""
    found = Event.objects.filter(type__startswith="mlops.worker.")
    if host:
        found = found.filter(subject__startswith=f"workers/{host}")
    return list(found.order_by("-seq")[:MOST_HISTORY])


def _runs(person: Any, keys: set[Any]) -> dict[Any, Run]:
    return {run.pk: run for run in visible_to(person).filter(pk__in=keys)}
