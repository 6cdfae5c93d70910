"""The summary of all rows as a plotly figure: a point for each row and column, where it moved the answer to, in a shade
of how large the column's value was (Lundberg's beeswarm)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from mlops.explanations.local import LocalRow

MOST_COLUMNS, MOST_ROWS = 12, 400
BINS = 40
SPREAD = 0.36
LOW, HIGH, NO_SCALE = "#3b7dd8", "#e0533b", "#8a93a3"


def swarm_figure(rows: Sequence[LocalRow], columns: Sequence[str], output: int, unit: str) -> dict[str, Any]:
    """`columns`: the weightiest first."""
    import numpy as np

    shown = list(columns[:MOST_COLUMNS])
    drawn = rows[:MOST_ROWS]
    traces = []
    for place, name in enumerate(shown):
        cells = [next(one for one in row.contributions if one.column == name) for row in drawn]
        x = np.array([one.contributions[output] for one in cells])
        traces.append(_trace(name, x, [one.value for one in cells], len(shown) - 1 - place, drawn))
    return {
        "data": traces,
        "layout": {
            "showlegend": False,
            "height": 90 + 34 * len(shown),
            "xaxis": {"title": {"text": _("Contribution, %(unit)s") % {"unit": unit}}, "zeroline": True},
            "yaxis": {
                "tickvals": list(range(len(shown))),
                "ticktext": list(reversed(shown)),
                "range": [-0.6, len(shown) - 0.4],
                "zeroline": False,
                "ticksuffix": "  ",
            },
        },
    }


def _trace(name: str, x: Any, values: list[Any], at: int, rows: Sequence[LocalRow]) -> dict[str, Any]:
    import numpy as np

    marker: dict[str, Any] = {"size": 5, "opacity": 0.75}
    numbers = [value if isinstance(value, int | float) else None for value in values]
    known = [value for value in numbers if value is not None]
    if known and len(known) == len(values):
        ranks = np.searchsorted(np.sort(known), known) / max(1, len(known) - 1)
        marker |= {"color": [round(float(one), 3) for one in ranks], "cmin": 0, "cmax": 1}
        marker["colorscale"] = [[0, LOW], [1, HIGH]]
    else:
        marker["color"] = NO_SCALE
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [round(float(one), 6) for one in x],
        "y": [round(float(at + one), 3) for one in _lifted(x)],
        "marker": marker,
        "text": [
            _("Row %(row)s: %(value)s") % {"row": row.row, "value": _("missing") if value is None else str(value)[:60]}
            for row, value in zip(rows, values, strict=True)
        ],
        "hovertemplate": f"{name}<br>%{{text}}<br><b>%{{x:.4g}}</b><extra></extra>",
        "customdata": [f"?row={place}#local" for place in range(len(rows))],
    }


def _lifted(x: Any) -> Any:
    """How far each point is from its line, so that points of one place lie beside each other."""
    import numpy as np

    if len(x) == 0:
        return x
    span = float(np.ptp(x)) or 1.0
    bins = np.minimum(((x - x.min()) / span * BINS).astype(int), BINS - 1)
    order = np.zeros(len(x))
    counts = np.bincount(bins, minlength=BINS)
    seen = np.zeros(BINS, dtype=int)
    for place, one in enumerate(bins):
        turn = seen[one]
        order[place] = ((turn + 1) // 2) * (1 if turn % 2 else -1)
        seen[one] += 1
    return order / max(1, counts.max()) * 2 * SPREAD
