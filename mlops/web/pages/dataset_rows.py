"""Rows of a version on the page of its dataset, a page of them at a time."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from mlops.datasets import queries
from mlops.datasets.models import DatasetVersion

ROWS_A_PAGE = 50


def page_of_rows(request: HttpRequest, shown: DatasetVersion) -> dict[str, Any]:
    asked = request.GET.get("offset", "0")
    offset = int(asked[:12]) if asked.isdecimal() else 0
    total = shown.row_count or 0
    offset = min(offset, max(total - 1, 0)) // ROWS_A_PAGE * ROWS_A_PAGE
    page = queries.rows(shown, offset=offset, limit=ROWS_A_PAGE)
    columns = queries.schema_columns(shown)
    dates = {place for place, column in enumerate(columns) if column.type == "date"}
    return {
        "columns": columns,
        "table": [(number, _shown(row, dates)) for number, row in enumerate(page["rows"], start=offset + 1)],
        "first": offset + 1,
        "last": min(offset + ROWS_A_PAGE, total),
        "before": max(offset - ROWS_A_PAGE, 0) if offset else None,
        "after": offset + ROWS_A_PAGE if offset + ROWS_A_PAGE < total else None,
    }


def _shown(row: list[Any], dates: set[int]) -> list[Any]:
    """Days without a time of day are shown as days."""
    return [
        str(value).replace("T", " ").removesuffix(" 00:00:00") if place in dates and value is not None else value
        for place, value in enumerate(row)
    ]
