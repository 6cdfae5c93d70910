"""What trials have logged of the primary metric, and which of them is the best so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from mlops.execution.sweeps.judging import best
from mlops.execution.sweeps.telling import ended as words_of_end
from mlops.execution.sweeps.telling import tell
from mlops.formats.sweep import SweepPlan
from mlops.runs.models import FINAL_RUN_STATES, Metric, Step, Trial


def series_of(runs: Iterable[UUID], metric: str) -> dict[UUID, list[float]]:
    """The finite values of each run in the order in which they were logged."""
    found: dict[UUID, list[float]] = defaultdict(list)
    rows = Metric.objects.filter(run__in=list(runs), key=metric)
    for run, value in rows.order_by("position", "at", "pk").values_list("run_id", "value"):
        if value is not None:
            found[run].append(value)
    return dict(found)


def count_ended(step: Step, plan: SweepPlan) -> None:
    """Gives each trial whose run has ended its score, the best value that it logged, and marks the best of them."""
    waiting = Trial.objects.filter(sweep=step, is_counted=False, run__state__in=FINAL_RUN_STATES)
    ended = dict(waiting.values_list("pk", "run_id"))
    if not ended:
        return
    goal = plan.objective.goal
    series = series_of(ended.values(), plan.objective.primary_metric)
    mine: list[int] = []
    with transaction.atomic():
        for trial, run in ended.items():
            values = series.get(run)
            known = Trial.objects.filter(pk=trial, is_counted=False)
            if known.update(is_counted=True, score=best(values, goal) if values else None):
                mine.append(trial)
        scored = Trial.objects.filter(sweep=step, run__state="completed", is_counted=True, score__isnull=False)
        top = scored.order_by("-score" if goal == "maximize" else "score", "number").first()
        if top is not None and not top.is_best:
            Trial.objects.filter(sweep=step, is_best=True).update(is_best=False)
            Trial.objects.filter(pk=top.pk).update(is_best=True)
    for trial_row in Trial.objects.filter(pk__in=mine).select_related("run"):
        tell(step, words_of_end(trial_row, metric=plan.objective.primary_metric))
