"""The history of metrics: of one run in pages, or of many runs at once, whole or thinned out."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from mlops.mlflow_api.caller import Caller, projects_of
from mlops.mlflow_api.door import Answer
from mlops.mlflow_api.faults import invalid
from mlops.mlflow_api.finding import as_key, run_of, runs_within
from mlops.mlflow_api.given import SEE, Given
from mlops.mlflow_api.pages import offset_of, token_at
from mlops.mlflow_api.runs import run_id_of
from mlops.mlflow_api.shapes import shaped_metric
from mlops.runs.models import Metric, Run

MOST_RUNS, MOST_POINTS, MOST_THINNED = 100, 25_000, 2_500
IN_TIME = ("at", "position", "value")


def history(caller: Caller, given: Given) -> Answer:
    run_id, key = run_id_of(given), given.text("metric_key", required=True)
    most = given.whole("max_results") if given.has("max_results") else None
    if most is not None and most <= 0:
        raise invalid(f"Invalid value {most} for parameter 'max_results' supplied. It must be a positive integer.")
    start = offset_of(given.text("page_token"))
    points = Metric.objects.filter(run=run_of(caller, run_id), key=key).order_by(*IN_TIME, "pk")
    if most is None:
        return {"metrics": [shaped_metric(point) for point in points[start:]]}
    page = list(points[start : start + most + 1])
    more = {"next_page_token": token_at(start + most)} if len(page) > most else {}
    return {"metrics": [shaped_metric(point) for point in page[:most]]} | more


def history_of_many(caller: Caller, given: Given) -> Answer:
    runs = given.fields.get("run_id") or []
    if not runs:
        raise invalid("GetMetricHistoryBulk request must specify at least one run_id.")
    if len(runs) > MOST_RUNS:
        raise invalid(
            f"GetMetricHistoryBulk request cannot specify more than {MOST_RUNS} run_ids. Received {len(runs)} run_ids."
        )
    if not given.has("metric_key"):
        raise invalid("GetMetricHistoryBulk request must specify a metric_key.")
    most = min(given.whole("max_results", default=MOST_POINTS), MOST_POINTS)
    points = _points(caller, runs, given.text("metric_key")).order_by("run_id", *IN_TIME, "pk")
    return {"metrics": [shaped_metric(point) for point in points[: max(most, 0)]]}


def thinned_history(caller: Caller, given: Given) -> Answer:
    """In the order of the runs: points at about `max_results` steps, evenly chosen from those of all runs together, and
    the last of each run."""
    runs = given.texts("run_ids")
    if not runs:
        raise invalid(f"Missing value for required parameter 'run_ids'.{SEE}")
    if len(runs) > MOST_RUNS:
        raise invalid(
            f"GetMetricHistoryBulkInterval request must specify at most {MOST_RUNS} run_ids. Received {len(runs)}"
            f" run_ids.{SEE}"
        )
    key = given.text("metric_key", required=True)
    most = given.whole("max_results", default=MOST_THINNED)
    if not 1 <= most <= MOST_THINNED:
        raise invalid(f"max_results must be between 1 and {MOST_THINNED}.{SEE}")
    points = _points(caller, runs, key)
    if given.has("start_step") != given.has("end_step"):
        raise invalid("If either start step or end step are specified, both must be specified.")
    if given.has("start_step"):
        start, end = given.whole("start_step"), given.whole("end_step")
        if start > end:
            raise invalid(f"end_step must be greater than start_step. Found start_step={start} and end_step={end}.")
        points = points.filter(position__gte=start, position__lte=end)
    steps: dict[UUID, set[int]] = defaultdict(set)
    for run, step in points.order_by().values_list("run_id", "position").distinct():
        steps[run].add(step)
    all_steps = sorted(set().union(*steps.values()))
    wanted = set(_even(all_steps, most)) | {max(own) for own in steps.values()}
    if len(wanted) < len(all_steps):
        points = points.filter(position__in=wanted)
    asked = {as_key(str(run)): place for place, run in enumerate(runs)}
    found = sorted(points.order_by("position", "at", "pk"), key=lambda point: asked[point.run_id])
    return {"metrics": [shaped_metric(point) for point in found]}


def _points(caller: Caller, runs: list[Any], key: str) -> QuerySet[Metric]:
    keys: list[UUID] = [found for one in runs if (found := as_key(str(one))) is not None]
    visible = runs_within(caller.of_step, Run.objects.filter(pk__in=keys, project__in=projects_of(caller)))
    return Metric.objects.filter(run__in=visible, key=key)


def _even(steps: list[int], most: int) -> list[int]:
    if len(steps) <= most:
        return steps
    stride = len(steps) / most
    return sorted({steps[int(index * stride)] for index in range(most)} | {steps[-1]})
