"""Parallel coordinates: each run a line over what differed in its parameters and what it measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlops.runs.comparing import MetricRow, Row
from mlops.runs.models import Run

MOST_AXES = 12
SCALE = ((0.0, (49, 104, 200)), (0.5, (140, 130, 150)), (1.0, (214, 110, 40)))


def parallel_figure(
    runs: Sequence[Run], parameters: list[Row], metrics: list[MetricRow], colour: str
) -> dict[str, Any]:
    """A plotly figure. Each axis goes from its least to its greatest value; words are spread over it in their order."""
    rows: list[Row] = [*parameters[: MOST_AXES // 2], *metrics[: MOST_AXES // 2]]
    places = [_placed(row.values) for row in rows]
    chosen = next((row for row in metrics if row.name == colour), metrics[0] if metrics else None)
    shades = _placed(chosen.values) if chosen else [None] * len(runs)
    names = [row.name for row in rows]
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": f"#{run.number} {run.display_name}",
                "x": list(range(len(rows))),
                "y": [place[number] for place in places],
                "text": [f"{row.name}: {_said(row.values[number])}" for row in rows],
                "hovertemplate": f"%{{text}}<extra>#{run.number}</extra>",
                "line": {"color": _shade(shades[number]), "width": 2},
                "marker": {"color": _shade(shades[number])},
                "customdata": [f"/runs/{run.pk}/"] * len(rows),
            }
            for number, run in enumerate(runs)
        ],
        "layout": {
            "height": 360,
            "showlegend": len(runs) <= 10,
            "xaxis": {"tickmode": "array", "tickvals": list(range(len(names))), "ticktext": [_short(n) for n in names]},
            "yaxis": {"tickmode": "array", "tickvals": [0, 1], "ticktext": ["min", "max"], "range": [-0.05, 1.05]},
            "margin": {"l": 48, "r": 16, "t": 40, "b": 90},
        },
    }


def _placed(values: Sequence[Any]) -> list[float | None]:
    """Between 0 and 1; None where there is no value."""
    numbers = [_number(value) for value in values]
    if all(number is not None for number, value in zip(numbers, values, strict=True) if value is not None):
        known = [number for number in numbers if number is not None]
        low, high = (min(known), max(known)) if known else (0.0, 0.0)
        return [None if n is None else 0.5 if high == low else (n - low) / (high - low) for n in numbers]
    words = sorted({str(value) for value in values if value is not None})
    last = max(len(words) - 1, 1)
    return [None if value is None else words.index(str(value)) / last for value in values]


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if found - found == 0 else None


def _shade(place: float | None) -> str:
    if place is None:
        return "rgb(140,140,140)"
    low, high = (SCALE[0], SCALE[1]) if place <= SCALE[1][0] else (SCALE[1], SCALE[2])
    share = (place - low[0]) / (high[0] - low[0])
    parts = (round(a + (b - a) * share) for a, b in zip(low[1], high[1], strict=True))
    return f"rgb({','.join(map(str, parts))})"


def _said(value: Any) -> str:
    return "–" if value is None else f"{value:.5g}" if isinstance(value, float) else str(value)[:60]


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:11]}…{name[-11:]}"
