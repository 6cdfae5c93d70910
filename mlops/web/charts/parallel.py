"""Parallel coordinates as a plotly figure: one line a point, through its place on the scale of each dimension.

Drawn as lines over a cartesian plane, because the bundle holds no other kinds of plots."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

INK = "64,128,224"
FAINTEST = 0.12
"""How strong the worst line is drawn, on a light page and on a dark one."""

UNKNOWN = "rgba(138,147,163,0.5)"
BEST = "#e07b39"
MOST_LINES = 300
TICKS = 5


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """`shade`: 0 (worst) to 1 (best), None where it is not known."""

    name: str
    values: tuple[Any, ...]
    shade: float | None = None
    is_best: bool = False
    link: str = ""


def parallel_figure(names: Sequence[str], lines: Sequence[Line]) -> dict[str, Any]:
    """A line for each of the points, the best one on top. A dimension with a text has its values as steps."""
    shown = sorted(lines[:MOST_LINES], key=lambda one: (one.is_best, one.shade if one.shade is not None else -1.0))
    scales = [_Scale([one.values[place] for one in lines]) for place in range(len(names))]
    return {
        "data": [_trace(names, one, scales) for one in shown],
        "layout": {
            "showlegend": False,
            "xaxis": {
                "tickvals": list(range(len(names))),
                "ticktext": list(names),
                "showgrid": True,
                "zeroline": False,
                "fixedrange": True,
                "range": [-0.15, len(names) - 0.6],
            },
            "yaxis": {"visible": False, "range": [-0.06, 1.06], "fixedrange": True},
            "annotations": [mark for place, scale in enumerate(scales) for mark in scale.marks(place)],
            "margin": {"l": 24, "r": 24, "t": 16, "b": 48},
        },
    }


def shades(scores: Sequence[float | None], *, most_is_best: bool) -> list[float | None]:
    """By rank, so that one that is far off does not make all others look alike."""
    known = sorted({score for score in scores if score is not None}, reverse=not most_is_best)
    places = {score: place / max(1, len(known) - 1) for place, score in enumerate(known)}
    return [None if score is None else (places[score] if len(known) > 1 else 1.0) for score in scores]


class _Scale:
    def __init__(self, values: Sequence[Any]) -> None:
        known = [value for value in values if value is not None]
        self.is_number = all(isinstance(value, int | float) and not isinstance(value, bool) for value in known)
        self.low = float(min(known)) if self.is_number and known else 0.0
        self.high = float(max(known)) if self.is_number and known else 1.0
        self.steps = [] if self.is_number else list(dict.fromkeys(_word(value) for value in known))

    def place(self, value: Any) -> float | None:
        if value is None:
            return None
        if self.is_number:
            return 0.5 if self.high == self.low else float((value - self.low) / (self.high - self.low))
        return self.steps.index(_word(value)) / max(1, len(self.steps) - 1) if len(self.steps) > 1 else 0.5

    def marks(self, at: int) -> list[dict[str, Any]]:
        if self.is_number:
            told = [(self.low, 0.5)] if self.high == self.low else [(self.low, 0.0), (self.high, 1.0)]
            texts = [(f"{value:.4g}", place) for value, place in told]
        else:
            texts = [(step, self.place(step) or 0.0) for step in self.steps[: TICKS * 2]]
        return [
            {
                "x": at,
                "y": place,
                "text": text,
                "showarrow": False,
                "xanchor": "left",
                "xshift": 5,
                "font": {"size": 11},
            }
            for text, place in texts
        ]


def _trace(names: Sequence[str], line: Line, scales: Sequence[_Scale]) -> dict[str, Any]:
    told = "<br>".join(f"{name}: {_word(value)}" for name, value in zip(names, line.values, strict=True))
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": line.name,
        "x": list(range(len(names))),
        "y": [scale.place(value) for scale, value in zip(scales, line.values, strict=True)],
        "line": {"color": BEST if line.is_best else _color(line.shade), "width": 3 if line.is_best else 1.5},
        "marker": {"size": 5},
        "customdata": [line.link] * len(names),
        "hovertemplate": f"<b>{line.name}</b><br>{told}<extra></extra>",
    }


def _color(shade: float | None) -> str:
    if shade is None:
        return UNKNOWN
    return f"rgba({INK},{FAINTEST + (1 - FAINTEST) * shade:.2f})"


def _word(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
