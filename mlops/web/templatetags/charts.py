"""`{% chart one %}`: a chart as a card with its picture, its table, and both as files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from mlops.web.charts import Chart
from mlops.web.charts.figures import figure_json
from mlops.web.charts.tables import file_name, heads, lines
from mlops.web.templatetags.studio import NOTHING, bytes_, duration, number, share

register = template.Library()
MOST_LINES = 400


@register.inclusion_tag("web/charts/_chart.html", takes_context=True)
def chart(context: template.Context, one: Chart, name: str = "") -> dict[str, Any]:
    query = context["request"].GET.copy()
    for own in ("part", "csv"):
        query.pop(own, None)
    query["csv"] = one.key
    rows = lines(one)
    return {
        "chart": one,
        "figure": figure_json(one),
        "heads": heads(one),
        "rows": [[_cell(one, cell, place) for place, cell in enumerate(row)] for row in rows[:MOST_LINES]],
        "more": max(0, len(rows) - MOST_LINES),
        "csv": f"?{query.urlencode()}",
        "file": f"{file_name(name)}-{file_name(one.key)}.png" if name else f"{file_name(one.key)}.png",
    }


def _cell(chart: Chart, cell: Any, place: int) -> SafeString | str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if place == 0 or cell is None:
        return NOTHING if cell is None else number(cell) if isinstance(cell, int | float) else str(cell)
    said = {"share": share, "bytes": bytes_, "seconds": duration}.get(chart.unit, number)
    return str(said(cell))  # type: ignore[no-untyped-call]
