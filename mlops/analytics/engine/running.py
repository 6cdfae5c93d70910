"""Runs the query: rows as values, or a file of the wanted format."""

from __future__ import annotations

import decimal
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec

from mlops.analytics.engine.database import opened
from mlops.analytics.engine.guarding import check, refused, told
from mlops.analytics.engine.orders import Order, Result
from mlops.collected.tables.relations import quoted, text
from mlops.formats.spoken import gettext as _

PIECE_ROWS = 500
NESTED = (
    "[",
    "STRUCT",
    "MAP",
    "UNION",
    "JSON",
    "BLOB",
    "BIT",
    "INTERVAL",
    "TIME",
    "UUID",
    "ENUM",
    "HUGEINT",
    "VARIANT",
)
FORMULA = "^[=+\\-@\\t\\r]"
"""What a spreadsheet takes for the beginning of a formula."""
NUMBER = "^[+-]?[0-9.]+([eE][+-]?[0-9]+)?$"


def run(order: Order) -> Result:
    """Raises Refusal."""
    import duckdb

    with opened(order) as connection:
        try:
            sql = check(connection, order.sql, [table.name for table in order.tables]) if order.is_free else order.sql
            columns = [(row[0], row[1]) for row in connection.execute(f"DESCRIBE {sql}").fetchall()]
            if order.form == "rows":
                return msgspec.structs.replace(_rows(connection, sql, columns, order), total=_total(connection, order))
            return _file(connection, sql, columns, order)
        except duckdb.Error as error:
            raise told(error) from None
        except MemoryError:
            raise refused(_("The query needs more memory than it may use."), code="query_too_large") from None


def _rows(connection: Any, sql: str, columns: list[tuple[str, str]], order: Order) -> Result:
    cursor = connection.execute(sql)
    rows: list[tuple[Any, ...]] = []
    size, is_cut = 0, False
    while piece := cursor.fetchmany(PIECE_ROWS):
        made = [tuple(_value(value) for value in row) for row in piece]
        size += len(msgspec.json.encode(made))
        rows += made
        if len(rows) > order.most_rows or size > order.most_bytes:
            is_cut = True
            rows = rows[: order.most_rows] if size <= order.most_bytes else rows[: -len(made)][: order.most_rows]
            break
    names, types = tuple(name for name, _type in columns), tuple(type for _name, type in columns)
    return Result(columns=names, types=types, rows=tuple(rows), is_cut=is_cut, count=len(rows), size_bytes=size)


def _total(connection: Any, order: Order) -> int | None:
    return int(connection.execute(order.count_sql).fetchone()[0]) if order.count_sql else None


def _file(connection: Any, sql: str, columns: list[tuple[str, str]], order: Order) -> Result:
    _check_names(columns)
    folder = Path(order.folder)
    target = folder / f"result.{order.form}"
    made = target if order.form != "arrow" else folder / "result.parquet"
    chosen = ", ".join(_exported(name, type, order.form) for name, type in columns)
    options = "FORMAT csv, HEADER" if order.form == "csv" else "FORMAT parquet, COMPRESSION zstd"
    limited = f"SELECT {chosen} FROM ({sql}\n) LIMIT {order.most_rows + 1}"
    count = connection.execute(f"COPY ({limited}) TO {text(str(made))} ({options})").fetchone()[0]
    if count > order.most_rows:
        raise refused(
            _("The export has more than %(most_rows)s rows.") % {"most_rows": f"{order.most_rows:,}"},
            hint=_("Narrow it by a filter or a shorter time, and fetch the rest after it."),
            code="export_too_large",
        )
    if order.form == "arrow":
        import polars as pl

        pl.scan_parquet(made).sink_ipc(target, compression="uncompressed")
        made.unlink()
    names = tuple(name for name, _type in columns)
    return Result(columns=names, file=str(target), count=count, size_bytes=target.stat().st_size)


def _check_names(columns: list[tuple[str, str]]) -> None:
    names = [name.lower() for name, _type in columns]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated:
        raise refused(
            _("Two columns of the result are called “%(repeated)s”.") % {"repeated": repeated},
            hint=_("Name one of them anew by “as”."),
        )


def _exported(name: str, type: str, form: str) -> str:
    """Spreadsheets and Arrow readers get plain types; in CSV no text is a formula."""
    column = quoted(name)
    if form == "csv":
        if type == "TIMESTAMP WITH TIME ZONE":
            return f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%fZ') AS {column}"
        if type == "VARCHAR" or any(part in type for part in NESTED):
            said = f"CAST({column} AS VARCHAR)"
            is_formula = f"regexp_matches({said}, {text(FORMULA)}) AND NOT regexp_matches({said}, {text(NUMBER)})"
            return f"CASE WHEN {is_formula} THEN '''' || {said} ELSE {said} END AS {column}"
        return column
    if any(part in type for part in NESTED) and type != "TIMESTAMP WITH TIME ZONE" and not type.startswith("TIMESTAMP"):
        return f"CAST({column} AS VARCHAR) AS {column}"
    return column


def _value(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return "NaN" if value != value else "INF" if value > 0 else "-INF"
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        return str(value)
    if isinstance(value, dict):
        return {str(key): _value(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_value(one) for one in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
