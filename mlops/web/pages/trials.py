"""The trials of a run's sweeps: which values were tried, what came of each, and how the sweep stands to its limits."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest

from mlops.execution.sweeps.looking import has_sweeps
from mlops.execution.sweeps.shown import SweepShown, TrialShown, sweeps_of
from mlops.runs.models import Run
from mlops.web.charts.figures import figure_json
from mlops.web.sweep_figures import coordinates, over

MOST_SHOWN = 200
ORDERS = {"number", "score"}


def has_trials(run: Run) -> bool:
    return has_sweeps(run)


def trials(request: HttpRequest, run: Run) -> dict[str, Any]:
    """`?order=score` puts the best first; of many trials the first are shown."""
    order = request.GET.get("order", "")
    return {"sweeps": [_shown(one, order if order in ORDERS else "number") for one in sweeps_of(run)], "order": order}


def _shown(sweep: SweepShown, order: str) -> dict[str, Any]:
    names = list(sweep.plan.space)
    scored = [one for one in sweep.trials if one.score is not None]
    listed = list(sweep.trials) if order == "number" else _by_score(sweep)
    return {
        "sweep": sweep,
        "names": names,
        "rows": [(one, [(name, _word(one.values.get(name))) for name in names]) for one in listed[:MOST_SHOWN]],
        "hidden": max(0, len(listed) - MOST_SHOWN),
        "coordinates": json.dumps(coordinates(sweep), separators=(",", ":")) if scored else "",
        "scatters": [(name, figure_json(over(sweep, name))) for name in names[:4]] if scored else [],
        "limits": sweep.plan.limits,
        "early": sum(one.stopped_early for one in sweep.trials),
        "failed": sum(one.state == "failed" for one in sweep.trials),
    }


def _by_score(sweep: SweepShown) -> list[TrialShown]:
    sign = -1 if sweep.plan.objective.goal == "maximize" else 1
    return sorted(sweep.trials, key=lambda one: (one.score is None, sign * (one.score or 0.0), one.number))


def _word(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
