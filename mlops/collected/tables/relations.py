"""SQL over parts: united by column names, rows of one request joined, labels beside them. Run by DuckDB, which spills
to disk what exceeds its memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mlops.collected.tables.orders import Order, PartAt

if TYPE_CHECKING:
    import duckdb

MEMORY_BYTES = 512 * 1024**2
APART = timedelta(minutes=1)
"""How far apart a request's inputs and predictions are written at most, where a script collects them one by one."""
FIXED = ("request_id", "correlation_id", "row", "at", "deployment", "model", "is_mirrored")


def connected(order: Order) -> duckdb.DuckDBPyConnection:
    import duckdb

    most = min(MEMORY_BYTES, order.memory_bytes // 3) if order.memory_bytes else MEMORY_BYTES
    connection = duckdb.connect(
        config={
            "memory_limit": f"{most // 1024**2}MB",
            "threads": 2,
            "temp_directory": str(Path(order.path) / "spill"),
            "autoinstall_known_extensions": False,
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def united(parts: Sequence[PartAt]) -> str:
    """All rows of the parts, with the union of their columns; a type holds the types of all parts."""
    clashing = _clashing(parts)
    groups: dict[tuple[str, ...], list[PartAt]] = {}
    for part in parts:
        groups.setdefault(tuple(part.columns.get(name, "") for name in clashing), []).append(part)
    return " UNION ALL BY NAME ".join(_group(found, clashing) for found in groups.values())


def rows_of(order: Order) -> str:
    """Rows whose request was in [start, end), each with all of its designations; without labels."""
    parts = order.parts
    names = column_names(parts)
    mirrored = "TRUE" if order.with_mirrored else "NOT is_mirrored"
    apart = len({part.designations for part in parts}) > 1
    margin = APART if apart else timedelta()
    near = f"SELECT * FROM ({united(parts)}) WHERE {between(order, margin=margin)} AND {mirrored}"
    if not apart:
        return near
    numbered = (
        'SELECT *, row_number() OVER (PARTITION BY deployment, request_id, "row", "$designations"'
        f' ORDER BY "at", "$key") AS "$nth" FROM ({near})'
    )
    first = ", ".join(f"any_value({quoted(name)}) AS {quoted(name)}" for name in names)
    fixed = 'min("at") AS "at", any_value(correlation_id) AS correlation_id, any_value(model) AS model'
    joined = (
        f'SELECT deployment, request_id, "row", {fixed}, any_value(is_mirrored) AS is_mirrored{", " if first else ""}'
        f'{first} FROM ({numbered}) GROUP BY deployment, request_id, "row", "$nth"'
    )
    return f"SELECT * FROM ({joined}) WHERE {between(order)}"


def labelled(order: Order, rows: str) -> tuple[str, list[str]]:
    """`rows` with the columns of their labels, and the names of these. The last label that came wins, column by
    column; one by request id goes before one by correlation id."""
    names = column_names(order.labels)
    if not names:
        return rows, []
    source = f"({united(order.labels)})"
    last = ", ".join(
        f'arg_max({quoted(name)}, "at") FILTER (WHERE {quoted(name)} IS NOT NULL) AS {quoted(name)}' for name in names
    )
    by = {
        key: f"SELECT {key}, \"row\", {last} FROM {source} WHERE {key} <> '' GROUP BY ALL"
        for key in ("request_id", "correlation_id")
    }
    both = ", ".join(f"COALESCE(q.{quoted(name)}, c.{quoted(name)}) AS {quoted(name)}" for name in names)
    joined = (
        f"SELECT r.*, {both} FROM ({rows}) r"
        f' LEFT JOIN ({by["request_id"]}) q ON r.request_id = q.request_id AND r."row" = q."row"'
        f' LEFT JOIN ({by["correlation_id"]}) c ON r.correlation_id = c.correlation_id AND r."row" = c."row"'
    )
    return joined, names


def column_names(parts: Iterable[PartAt]) -> list[str]:
    return list(dict.fromkeys(name for part in parts for name in part.columns))


def between(order: Order, *, margin: timedelta = timedelta()) -> str:
    conditions = ["TRUE"]
    if order.start is not None:
        conditions.append(f'"at" >= {_moment(order.start - margin)}')
    if order.end is not None:
        conditions.append(f'"at" < {_moment(order.end + margin)}')
    return " AND ".join(conditions)


def quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def text(value: str) -> str:
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def _moment(at: datetime) -> str:
    return f"make_timestamptz({round(at.timestamp() * 1_000_000)})"


def _clashing(parts: Sequence[PartAt]) -> list[str]:
    """Columns that are times in one part and numbers in another: no type holds both but text."""
    types: dict[str, set[str]] = {}
    for part in parts:
        for name, kind in part.columns.items():
            types.setdefault(name, set()).add(kind)
    return [name for name, kinds in types.items() if "date" in kinds and kinds & {"integer", "decimal"}]


def _group(parts: Sequence[PartAt], clashing: Sequence[str]) -> str:
    files = ", ".join(text(part.path) for part in parts)
    there = [name for name in clashing if name in parts[0].columns]
    casts = ", ".join(f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}" for name in there)
    chosen = f"* REPLACE ({casts})" if casts else "*"
    return f"SELECT {chosen} FROM read_parquet([{files}], union_by_name = true)"
