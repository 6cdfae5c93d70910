"""The tab Metrics: what steps found, series over the course of the run, and the last values."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest

from mlops.runs import queries
from mlops.runs.logging import number
from mlops.runs.models import LatestMetric, Metric, Run, Step
from mlops.runs.outputs import views
from mlops.runs.series import measured

MOST_VALUES = 2_000


def context(request: HttpRequest, run: Run, steps: list[Step]) -> dict[str, Any]:
    """What steps found is drawn by the browser as in the designer; series are fetched when they come into sight."""
    titles = queries.names_of(steps)
    known = measured(run)
    return {
        "metrics": _values(run, titles),
        "metric_count": LatestMetric.objects.filter(run=run).count(),
        "series_keys": json.dumps([{"key": one.key, "count": one.count} for one in known if one.count > 1]),
        "has_series": any(one.count > 1 for one in known),
        "views": [(titles.get(step.node, step.node), view) for step in steps for view in views(step.outputs)],
    }


def _values(run: Run, titles: dict[str, str]) -> list[tuple[str, str, float]]:
    """Step, metric and last value; a run of many steps tells each step's own."""
    if len(titles) > 1:
        last = {(m.node, m.key): m for m in Metric.objects.filter(run=run).order_by("node", "pk")[: 50 * MOST_VALUES]}
        return [(titles.get(m.node, m.node), m.key, number(m)) for m in list(last.values())[:MOST_VALUES]]
    return [("", m.key, number(m)) for m in LatestMetric.objects.filter(run=run).order_by("key")[:MOST_VALUES]]
