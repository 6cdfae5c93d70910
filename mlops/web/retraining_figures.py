"""Figures of a comparison: the resampled differences of a metric, and the differences by slice with their intervals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from mlops.formats.evidence import MetricFound, SliceFound

GOOD, BAD, LINE = "#1f9d63", "#d0453a", "#8a93a3"


def differences_figure(found: MetricFound, *, wanted: float = 0.0) -> str:
    """Bars of the resampled differences: right of the line the new model is better. `wanted`: the policy's margin."""
    if found.draws is None:
        return ""
    edges = found.draws.edges
    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    bars = {
        "type": "bar",
        "name": _("resamples"),
        "x": middles,
        "y": list(found.draws.counts),
        "width": [high - low for low, high in pairwise(edges)],
        "marker": {"color": [GOOD if middle > wanted else BAD if middle < 0 else LINE for middle in middles]},
        "hovertemplate": "%{x:.4g}: %{y}<extra></extra>",
    }
    shapes = [_upright(0.0, dash="solid")]
    if wanted:
        shapes.append(_upright(wanted, dash="dot"))
    if found.low is not None and found.high is not None:
        shapes.append(
            {"type": "rect", "xref": "x", "yref": "paper", "x0": found.low, "x1": found.high, "y0": 0, "y1": 1,
             "fillcolor": LINE, "opacity": 0.16, "line": {"width": 0}, "layer": "below"}
        )  # fmt: skip
    layout = {
        "bargap": 0,
        "showlegend": False,
        "shapes": shapes,
        "xaxis": {"title": {"text": _("Difference; above 0 the new one is better")}},
        "yaxis": {"title": {"text": _("Resamples")}},
    }
    return json.dumps({"data": [bars], "layout": layout}, separators=(",", ":"))


def slices_figure(found: Sequence[SliceFound], *, tolerance: float = 0.0) -> str:
    """A point with its interval for each slice; left of the line the new model is worse there."""
    shown = [one for one in found if one.difference is not None and one.low is not None and one.high is not None]
    if not shown:
        return ""
    points: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "x": [one.difference for one in shown],
        "y": [f"{one.column} = {one.value}" for one in shown],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [(one.high or 0) - (one.difference or 0) for one in shown],
            "arrayminus": [(one.difference or 0) - (one.low or 0) for one in shown],
        },
        "marker": {
            "size": 9,
            "color": [BAD if (one.high or 0) < -tolerance else GOOD if (one.low or 0) > 0 else LINE for one in shown],
        },
        "text": [f"{one.rows:,}" for one in shown],
        "hovertemplate": "%{y}<br>%{x:.4g} (%{text})<extra></extra>",
    }
    shapes = [_upright(0.0, dash="solid")]
    if tolerance:
        shapes.append(_upright(-tolerance, dash="dot"))
    layout = {
        "showlegend": False,
        "shapes": shapes,
        "height": 90 + 34 * len(shown),
        "xaxis": {"title": {"text": _("Difference; above 0 the new one is better")}},
        "yaxis": {"autorange": "reversed"},
    }
    return json.dumps({"data": [points], "layout": layout}, separators=(",", ":"))


def _upright(x: float, *, dash: str) -> dict[str, Any]:
    line = {"color": LINE, "width": 1.5, "dash": dash}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}
