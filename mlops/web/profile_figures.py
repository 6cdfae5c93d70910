"""Figures about profiles and conversions, as plotly takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.formats.model import ParityCertificate
from mlops.formats.profiling import Point, Served


def throughput_figure(profiles: Sequence[tuple[str, Sequence[Served]]], *, target_ms: float | None) -> dict[str, Any]:
    """Answers a second against the time within which 99 of 100 came: a line for each server and size of request.

    `profiles`: a prefix of the names, and what was served."""
    data = [
        trace
        for prefix, served in profiles
        for one in served
        for rows in dict.fromkeys(point.rows for point in one.points)
        for trace in _traces(prefix, one, rows, many_memories=len({each.memory_bytes for each in served}) > 1)
    ]
    layout: dict[str, Any] = {
        "xaxis": {"title": {"text": _("Requests answered per second")}, "rangemode": "tozero"},
        "yaxis": {"title": {"text": _("99 of 100 within (ms)")}, "type": "log"},
    }
    if target_ms is not None:
        line = {"color": "#d0453a", "width": 1, "dash": "dash"}
        layout["shapes"] = [
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": target_ms, "y1": target_ms, "line": line}
        ]
        layout["annotations"] = [
            {"xref": "paper", "x": 0, "y": _log10(target_ms), "text": _("target"), "showarrow": False, "yshift": 9}
        ]
    return {"data": data, "layout": layout}


def figure_of_speeds(certificate: ParityCertificate) -> dict[str, Any]:
    """Milliseconds of a call with so many rows, of the original and of this form, on a logarithmic axis."""
    sizes = [ngettext("%(n)s row", "%(n)s rows", one.rows) % {"n": f"{one.rows:,}"} for one in certificate.speeds]
    named = (
        (_("Original"), [one.original_ms for one in certificate.speeds]),
        (_("This form"), [one.onnx_ms for one in certificate.speeds]),
    )
    data = [
        {"type": "bar", "name": name, "x": sizes, "y": [round(value, 4) for value in values]} for name, values in named
    ]
    return {
        "data": data,
        "layout": {"barmode": "group", "yaxis": {"title": {"text": _("Milliseconds")}, "type": "log"}},
    }


def _traces(prefix: str, one: Served, rows: int, *, many_memories: bool) -> list[dict[str, Any]]:
    name = prefix + ngettext("%(n)s core", "%(n)s cores", round(one.cores) or 2) % {"n": f"{one.cores:g}"}
    if many_memories:
        name += f", {one.memory_bytes / 1024**3:g} GiB"
    if rows > 1:
        name += ", " + _("%(rows)d rows") % {"rows": rows}
    closed = [point for point in one.points if point.rows == rows and point.loop == "closed"]
    opened = [point for point in one.points if point.rows == rows and point.loop == "open"]
    traces = [_trace(name, closed, mode="lines+markers", symbol="circle")] if closed else []
    if opened:
        traces.append(_trace(_("%(name)s, arrivals") % {"name": name}, opened, mode="markers", symbol="diamond"))
    return traces


def _trace(name: str, points: Sequence[Point], *, mode: str, symbol: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": mode,
        "name": name,
        "marker": {"symbol": symbol, "size": 9},
        "x": [round(point.per_second, 2) for point in points],
        "y": [round(max(point.p99_ms, 0.001), 3) for point in points],
        "text": [_told(point) for point in points],
        "hovertemplate": "%{text}<br>%{x:.0f}/s, %{y:.2f} ms<extra>%{fullData.name}</extra>",
    }


def _told(point: Point) -> str:
    if point.offered_per_second:
        return _("%(rate)s arrivals a second") % {"rate": f"{point.offered_per_second:,.0f}"}
    return ngettext("%(n)d client", "%(n)d clients", point.clients) % {"n": point.clients}


def _log10(value: float) -> float:
    import math

    return math.log10(max(value, 1e-6))
