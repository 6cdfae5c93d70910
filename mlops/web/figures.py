"""Figures of the pages as plotly JSON; the browser draws them with the theme's colours."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.evaluation import Evaluated, Evaluation


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    json: str


def evaluation_figures(found: Evaluation) -> list[Figure]:
    """Regression: predicted against actual, residuals. Classification: curves and the confusion matrix."""
    if found.task == "regression":
        return [*_predicted_actual(found), *_residuals(found)]
    curves = [
        *_curves(found, "roc", _("ROC curve"), _("False positive rate"), _("True positive rate")),
        *_curves(found, "precision_recall", _("Precision and recall"), _("Recall"), _("Precision")),
    ]
    return curves + [_confusion(one) for one in found.evaluated if one.confusion]


def line(title: str, series: dict[str, tuple[list[Any], list[Any]]], *, x: str, y: str) -> Figure:
    """`series`: name to x and y values."""
    data = [{"type": "scatter", "mode": "lines", "name": name, "x": xs, "y": ys} for name, (xs, ys) in series.items()]
    return _figure(title, data, x=x, y=y)


def _predicted_actual(found: Evaluation) -> list[Figure]:
    data: list[dict[str, Any]] = []
    for one in found.evaluated:
        if one.predicted_actual is None:
            continue
        xs, ys = list(one.predicted_actual.x), list(one.predicted_actual.y)
        data.append({"type": "scatter", "mode": "markers", "name": one.name, "x": xs, "y": ys, "marker": {"size": 6}})
    values = [value for trace in data for value in (*trace["x"], *trace["y"])]
    if not values:
        return []
    ends = [min(values), max(values)]
    data.append(
        {"type": "scatter", "mode": "lines", "name": _("perfect"), "x": ends, "y": ends, "line": {"dash": "dot"}}
    )
    return [_figure(_("Predicted and actual"), data, x=_("Actual"), y=_("Predicted"))]


def _residuals(found: Evaluation) -> list[Figure]:
    data = []
    for one in found.evaluated:
        if one.residuals is None:
            continue
        edges = one.residuals.edges
        middles = [(low + high) / 2 for low, high in pairwise(edges)]
        data.append({"type": "bar", "name": one.name, "x": middles, "y": list(one.residuals.counts)})
    return [_figure(_("Residuals"), data, x=_("Predicted minus actual"), y=_("Rows"))] if data else []


def _curves(found: Evaluation, name: str, title: str, x: str, y: str) -> list[Figure]:
    curves = [(one.name, getattr(one, name)) for one in found.evaluated]
    data = [
        {"type": "scatter", "mode": "lines", "name": label, "x": list(curve.x), "y": list(curve.y)}
        for label, curve in curves
        if curve is not None
    ]
    return [_figure(title, data, x=x, y=y)] if data else []


def _confusion(one: Evaluated) -> Figure:
    data = [
        {
            "type": "heatmap",
            "x": list(one.classes),
            "y": list(one.classes),
            "z": [list(row) for row in one.confusion],
            "texttemplate": "%{z}",
            "colorscale": "Blues",
            "reversescale": False,
            "showscale": False,
        }
    ]
    title = _("Confusion matrix of %(name)s") % {"name": one.name}
    return _figure(title, data, x=_("Predicted"), y=_("Actual"), axis={"type": "category"})


def _figure(title: str, data: list[dict[str, Any]], *, x: str, y: str, axis: dict[str, Any] | None = None) -> Figure:
    """`axis`: what holds for both axes. Numbers that JSON has not become null, which plotly draws as a gap."""
    layout = {
        "xaxis": {"title": {"text": x}, **(axis or {})},
        "yaxis": {"title": {"text": y}, **(axis or {})},
        "showlegend": len(data) > 1,
        "margin": {"t": 16, "r": 16, "b": 48, "l": 64},
    }
    return Figure(title=title, json=msgspec.json.encode({"data": data, "layout": layout}).decode())
