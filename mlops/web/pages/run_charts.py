"""Charts over the runs of a list: one for each metric that is shown as a column, a point for each run."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse

from mlops.runs.columns import Column
from mlops.runs.models import LatestMetric, Run
from mlops.web.charts import Chart, Series

MOST_RUNS = 500
MOST_CHARTS = 6


def charts_over(runs: QuerySet[Run], columns: list[Column]) -> list[Chart]:
    return [_chart(runs, column) for column in columns[:MOST_CHARTS]]


def _chart(runs: QuerySet[Run], column: Column) -> Chart:
    newest = runs.order_by("-created_at").values("pk")[:MOST_RUNS]
    measured = LatestMetric.objects.filter(run__in=list(newest.values_list("pk", flat=True)), key=column.key)
    points = list(measured.order_by("run__number").values_list("run", "run__number", "run__display_name", "value"))
    series = Series(
        name=column.key,
        x=tuple(number for _pk, number, _name, _value in points),
        y=tuple(value for _pk, _number, _name, value in points),
        shape="points",
        links=tuple(reverse("web:run", args=[pk]) for pk, _number, _name, _value in points),
    )
    key, name = f"runs-{column.key}", column.key
    return Chart(key=key, title=name, series=(series,), x_title="#", y_title=name, by_values=True)
