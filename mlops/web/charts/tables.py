"""A chart as a table: one line a place on its axis, one column a series, with intervals beside their values."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, nearest
from mlops.formats.spreadsheet import harmless
from mlops.web.charts.chart import Chart, Series


def heads(chart: Chart) -> list[str]:
    found = [chart.x_title or _("At")]
    for one in _told(chart):
        found.append(one.name)
        if one.low:
            found += [_("%s, low") % one.name, _("%s, high") % one.name]
    return found + [limit.name for limit in chart.limits]


def lines(chart: Chart) -> list[list[Any]]:
    """None where nothing was seen. Places in the order of their first appearance; of times, the oldest first."""
    places = list(dict.fromkeys(place for one in _told(chart) for place in one.x))
    if places and all(isinstance(place, datetime) for place in places):
        places.sort()
    columns: list[dict[Any, Any]] = []
    for one in _told(chart):
        columns.append(dict(zip(one.x, one.y, strict=True)))
        if one.low:
            columns += [dict(zip(one.x, one.low, strict=True)), dict(zip(one.x, one.high, strict=True))]
    told = [limit.value for limit in chart.limits]
    return [[place, *(column.get(place) for column in columns), *told] for place in places]


def _told(chart: Chart) -> list[Series]:
    """Rings only mark what is there already."""
    return [one for one in chart.series if not one.is_ring]


def csv_of(charts: list[Chart], key: str, *, name: str) -> HttpResponse:
    """The chart of that key as a file. Raises Refusal where the page has none."""
    chart = next((one for one in charts if one.key == key), None)
    if chart is None:
        known = [one.key for one in charts]
        hint = nearest(key, known) or _("There are: %s.") % ", ".join(known)
        raise Refusal("not_found", _("This page has no chart “%s”.") % key, hint=hint, status=404)
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(heads(chart))
    for line in lines(chart):
        table.writerow(["" if cell is None else _plain(cell) for cell in line])
    answer = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(name)}-{file_name(chart.key)}.csv"'
    return answer


def file_name(text: str) -> str:
    return "".join(one if one.isalnum() and one.isascii() else "-" for one in text).strip("-") or "chart"


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.isoformat()
    return harmless(cell) if isinstance(cell, str) else cell
