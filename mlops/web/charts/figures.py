"""A chart as a plotly figure. The browser adds the page's own colours and fonts."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from mlops.web.charts.chart import Chart, Series

TONES = {
    "good": "#1f9d63", "warn": "#d08a1d", "bad": "#d0453a", "muted": "#8a93a3", "first": "#7f8ea8", "second": "#e07b39",
}  # fmt: skip
FORMATS = {"share": ".1%", "bytes": ".3s", "count": ",d"}
SUFFIXES = {"bytes": "B", "seconds": " s"}
MOST_COUNTED = 10


def figure_json(chart: Chart) -> str:
    return json.dumps(figure(chart), separators=(",", ":"))


def figure(chart: Chart) -> dict[str, Any]:
    return {"data": [_trace(chart, one) for one in chart.series], "layout": _layout(chart)}


def _trace(chart: Chart, one: Series) -> dict[str, Any]:
    x, y = [_plain(value) for value in one.x], list(one.y)
    lies = chart.kind == "ranking"
    told: dict[str, Any] = {"name": one.name, "x": y if lies else x, "y": x if lies else y}
    if one.shape == "bar":
        told |= {"type": "bar"}
        if lies:
            told["orientation"] = "h"
        if one.widths:
            told["width"] = list(one.widths)
        if chart.kind == "overlaid":
            told["opacity"] = 0.6
    else:
        alone = sum(value is not None for value in one.y) <= 60
        told |= {
            "type": "scatter",
            "mode": "markers" if one.shape == "points" else "lines+markers" if alone else "lines",
            "line": {"dash": "dot"} if one.is_dashed else {},
        }
    told |= _marks(one) | _interval(one)
    if one.links:
        told["customdata"] = list(one.links)
    told["hovertemplate"] = _hover(chart, one, lies=lies)
    if one.notes:
        told["text"] = list(one.notes)
        told["textposition"] = "none" if one.shape == "bar" else "top center"
    return told


def _marks(one: Series) -> dict[str, Any]:
    marker: dict[str, Any] = {"size": 11, "symbol": "diamond"} if one.shape == "points" else {}
    if one.is_ring:
        marker = {"size": 20, "symbol": "circle-open", "line": {"width": 2}}
    color = TONES.get(one.tone)
    if color:
        marker["color"] = color
    found: dict[str, Any] = {"marker": marker} if marker else {}
    if color and one.shape == "line":
        found["line"] = {"color": color, **({"dash": "dot"} if one.is_dashed else {})}
    return found


def _interval(one: Series) -> dict[str, Any]:
    if not any(value is not None for value in one.low):
        return {}
    above = [_gap(high, value) for high, value in zip(one.high, one.y, strict=True)]
    below = [_gap(value, low) for low, value in zip(one.low, one.y, strict=True)]
    return {"error_y": {"type": "data", "symmetric": False, "array": above, "arrayminus": below, "thickness": 1.2}}


def _gap(one: float | None, other: float | None) -> float:
    return 0.0 if one is None or other is None else max(one - other, 0.0)


def _hover(chart: Chart, one: Series, *, lies: bool) -> str:
    value, place = ("x", "y") if lies else ("y", "x")
    shown = FORMATS.get(chart.unit, ".4g")
    note = "<br>%{text}" if one.notes else ""
    return f"%{{{place}}}: <b>%{{{value}:{shown}}}{SUFFIXES.get(chart.unit, '')}</b>{note}<extra>{one.name}</extra>"


def _layout(chart: Chart) -> dict[str, Any]:
    values: dict[str, Any] = {"title": {"text": chart.y_title}, **_extent(chart)}
    if chart.unit in FORMATS:
        values["tickformat"] = {"share": ".0%" if _is_coarse(chart) else ".2~%"}.get(chart.unit, FORMATS[chart.unit])
        values["ticksuffix"] = SUFFIXES.get(chart.unit, "")
    if chart.most is not None:
        values["range"] = [0, chart.most]
    places: dict[str, Any] = {"title": {"text": chart.x_title}} if chart.x_title else {}
    if chart.span is not None:
        places |= {"range": [one.isoformat() for one in chart.span], "type": "date"}
    if any(isinstance(value, str) for one in chart.series for value in one.x):
        places["type"] = "category"  # a category may read as a number, such as 4
    elif _is_counted(chart):
        places["dtick"] = 1
    if chart.kind == "ranking":
        lines = max((len(one.x) for one in chart.series), default=0)
        places |= {"autorange": "reversed", "type": "category", "ticksuffix": "  "}
        return {"xaxis": values, "yaxis": places, "height": max(160, 70 + 26 * lines), "showlegend": False}
    told: dict[str, Any] = {
        "xaxis": places,
        "yaxis": values,
        "showlegend": chart.has_legend and len(chart.series) + len(chart.limits) > 1,
    }
    if chart.kind in ("stacked", "overlaid"):
        told["barmode"] = "stack" if chart.kind == "stacked" else "overlay"
    if chart.limits:
        told["shapes"] = [_line(one.value) for one in chart.limits]
        told["annotations"] = [_word(one.name, one.value) for one in chart.limits]
    return told


def _extent(chart: Chart) -> dict[str, Any]:
    """Plotly leaves lines of limits out of what it shows; so where there are any, the range is ours."""
    if not chart.by_values:
        return {"rangemode": "tozero"}
    if not chart.limits:
        return {"rangemode": "normal"}
    seen = [value for one in chart.series for value in (*one.y, *one.low, *one.high) if value is not None]
    seen += [one.value for one in chart.limits]
    low, high = min(seen), max(seen)
    room = (high - low or abs(high) or 1.0) * 0.08
    return {"range": [low - room, high + room]}


def _is_counted(chart: Chart) -> bool:
    """Whether it goes along a few whole numbers, such as versions, between which there is nothing."""
    places = [place for one in chart.series for place in one.x]
    counted = [place for place in places if isinstance(place, int)]
    return 0 < len(counted) == len(places) and max(counted) - min(counted) <= MOST_COUNTED


def _is_coarse(chart: Chart) -> bool:
    return max((value for one in chart.series for value in one.y if value is not None), default=1.0) > 0.05


def _line(value: float) -> dict[str, Any]:
    line = {"color": TONES["bad"], "width": 1.5, "dash": "dash"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value, "line": line}


def _word(name: str, value: float) -> dict[str, Any]:
    at = {"xref": "paper", "x": 0, "y": value, "xanchor": "left", "yanchor": "bottom"}
    return {**at, "text": name, "showarrow": False, "font": {"size": 11}}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
