"""Thousands of metric rows at once: one prepared statement for all, which is several times as fast as Django's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection

from mlops.runs.models import Metric

COLUMNS = ("run", "node", "key", "value", "special", "position", "at")


def insert(rows: list[Metric]) -> None:
    """In the caller's transaction. The rows get no primary key."""
    fields = [Metric._meta.get_field(name) for name in COLUMNS]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)  # type: ignore[union-attr]
    table = connection.ops.quote_name(Metric._meta.db_table)
    prepared = [_as_column(field) for field in fields]
    attributes = [field.attname for field in fields]  # type: ignore[union-attr]
    values = [
        tuple(as_column(getattr(row, name)) for as_column, name in zip(prepared, attributes, strict=True))
        for row in rows
    ]
    places = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", values)


def _as_column(field: Any) -> Callable[[Any], Any]:
    remembered: dict[Any, Any] = {}

    def converted(value: Any) -> Any:
        """Few values are different in a column such as the run or the time."""
        if value not in remembered:
            remembered[value] = field.get_db_prep_save(value, connection)
        return remembered[value]

    return converted
