"""Why steps that are queued wait: what nobody has, the quota of their project, and how many are before them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from mlops.compute.fitting import unmet
from mlops.compute.queries import pools, taking
from mlops.quotas.holding import most_of
from mlops.runs.models import Run, Step
from mlops.runs.places import STEPS, steps_running


class Queue:
    """Of one run, as it is now; looked at only where something is queued."""

    def __init__(self, run: Run, steps: Collection[Step]) -> None:
        self._run = run
        queued = (one for one in steps if one.state == "queued")
        self._queued = sorted(queued, key=_turn)
        self.workers = taking() if self._queued else []
        asking = any(one.asks_place for one in self._queued)
        self._pools = {one.name: one.labels for one in pools().values()} if asking else {}
        self.is_at_quota = bool(self._queued) and self._is_at_quota()

    def unmet(self, step: Step) -> str:
        return unmet(step, self.workers, self._pools)

    def ahead(self) -> dict[int, int]:
        """By step. Of its own project by turn, of others only those that are more urgent: their turns alternate."""
        if not self._queued:
            return {}
        first = self._queued[0]
        waiting = Step.objects.filter(state="queued", run__state__in=("queued", "running"))
        urgent = Q(run__priority__gt=self._run.priority)
        alike = Q(run__project=self._run.project_id, run__priority=self._run.priority)
        before = waiting.filter(urgent | (alike & _sooner(first))).exclude(run=self._run.pk).count()
        return {one.pk: before + place for place, one in enumerate(self._queued)}

    def _is_at_quota(self) -> bool:
        most = most_of(self._run.project, STEPS)
        return most is not None and steps_running([self._run.project_id])[self._run.project_id] >= most


def _turn(step: Step) -> tuple[bool, datetime, int]:
    """What had begun and lost its worker is before what only waits, as execution.claiming has it."""
    return (step.started_at is None, step.started_at or step.state_since, step.pk)


def _sooner(step: Step) -> Q:
    if step.started_at is not None:
        return Q(started_at__lt=step.started_at)
    return Q(started_at__isnull=False) | Q(state_since__lt=step.state_since)
