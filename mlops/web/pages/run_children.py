"""The tab of child runs: the tree below a run, with what each was given and what it measured."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import HttpRequest

from mlops.runs.family import family_of
from mlops.runs.logging import number
from mlops.runs.models import LatestMetric, Run, RunParameter, Step
from mlops.runs.shaping import seconds
from mlops.web.early_ends import label_early_ends

MOST_CHILDREN = 500
MOST_COLUMNS = 8


def context(request: HttpRequest, run: Run, steps: list[Step]) -> dict[str, Any]:
    family = [one for one in family_of(run)[1:] if one.deleted_at is None]
    shown = _in_tree_order(run, family)[:MOST_CHILDREN]
    label_early_ends(shown)
    metrics, parameters = _values(shown)
    return {
        "children": [
            {
                "run": one,
                "indent": min(one.depth - 1, 4),
                "seconds": seconds(one.started_at, one.ended_at),
                "metrics": [(key, metrics["rows"].get((one.pk, key))) for key in metrics["keys"]],
                "parameters": [(key, parameters["rows"].get((one.pk, key), "")) for key in parameters["keys"]],
            }
            for one in shown
        ],
        "metric_keys": metrics["keys"],
        "parameter_keys": parameters["keys"],
        "child_count": len(family),
    }


def _in_tree_order(run: Run, family: list[Run]) -> list[Run]:
    below: dict[Any, list[Run]] = defaultdict(list)
    for one in family:
        below[one.parent_id].append(one)
    found: list[Run] = []
    waiting = list(reversed(below[run.pk]))
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += reversed(below[one.pk])
    return found


def _values(runs: list[Run]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of the first few metrics and parameters, those that most of the runs have first."""
    measured = {(m.run_id, m.key): number(m) for m in LatestMetric.objects.filter(run__in=runs)}
    given = {(p.run_id, p.key): p.value for p in RunParameter.objects.filter(run__in=runs)}
    for pk, spec in Run.objects.filter(pk__in=[run.pk for run in runs]).values_list("pk", "spec"):
        job: dict[str, Any] = next((n for n in spec.get("nodes", ()) if n["id"] == "job"), {})
        given |= {(pk, key): _short(value) for key, value in job.get("parameters", {}).items()}
    return {"rows": measured, "keys": _most_common(measured)}, {"rows": given, "keys": _most_common(given)}


def _most_common(rows: dict[tuple[Any, str], Any]) -> list[str]:
    counts: dict[str, int] = defaultdict(int)
    for _run, key in rows:
        counts[key] += 1
    return sorted(counts, key=lambda key: (-counts[key], key))[:MOST_COLUMNS]


def _short(value: Any) -> Any:
    return f"{value:.6g}" if isinstance(value, float) else value
