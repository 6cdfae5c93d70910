"""A window as one Parquet file; and many small parts as one."""

from __future__ import annotations

from typing import Any

from mlops.collected.tables.orders import Order
from mlops.collected.tables.relations import FIXED, column_names, connected, labelled, quoted, rows_of, text, united

LABELS = "labels"


def write_window(order: Order) -> dict[str, Any]:
    """Rows of the window in order of time, with the wanted designations. The answer says how many, and from when."""
    with connected(order) as connection:
        sql, columns = window(order)
        chosen = ", ".join(
            [quoted(name) for name in FIXED if name in order.names or not order.names]
            + [f"{quoted(name)} AS {quoted(order.names.get(name, name))}" for name in columns]
        )
        ordered = f'SELECT {chosen} FROM ({sql}) ORDER BY "at", request_id, "row"'
        connection.execute(f"COPY ({ordered}) TO {text(order.target)} (FORMAT parquet, COMPRESSION zstd)")
        return _told(connection, sql=f"read_parquet([{text(order.target)}])", order=order)


def window(order: Order) -> tuple[str, list[str]]:
    """The SQL of its rows, and the names of its columns beside the fixed ones."""
    wanted = [name for name in column_names(order.parts) if _of(name) in order.designations]
    sql = rows_of(order)
    labels: list[str] = []
    if LABELS in order.designations and order.labels:
        sql, labels = labelled(order, sql)
    if order.is_labelled:
        some = " OR ".join(f"{quoted(name)} IS NOT NULL" for name in labels) or "FALSE"
        sql = f"SELECT * FROM ({sql}) WHERE {some}"
    return sql, [*wanted, *labels]


def compact(order: Order) -> dict[str, Any]:
    with connected(order) as connection:
        ordered = f'SELECT * FROM ({united(order.parts)}) ORDER BY "at", request_id, "row"'
        connection.execute(f"COPY ({ordered}) TO {text(order.target)} (FORMAT parquet, COMPRESSION zstd)")
        found = connection.execute(f"SELECT count(*) FROM read_parquet([{text(order.target)}])").fetchone()
    return {"rows": found[0] if found else 0}


def _told(connection: Any, *, sql: str, order: Order) -> dict[str, Any]:
    columns = [(row[0], row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM {sql}").fetchall()]
    names = {name for name, _type in columns}
    if "at" not in names:
        rows = connection.execute(f"SELECT count(*) FROM {sql}").fetchone()[0]
        return {"rows": rows, "columns": dict(columns)}
    some = " OR ".join(f"{quoted(name)} IS NOT NULL" for name in names if _of(name) == LABELS) or "FALSE"
    counted = f'SELECT count(*), count(*) FILTER (WHERE {some}), min("at"), max("at") FROM {sql}'
    rows, labelled_rows, first, last = connection.execute(counted).fetchone()
    return {"rows": rows, "labelled": labelled_rows, "first_at": first, "last_at": last, "columns": dict(columns)}


def _of(name: str) -> str:
    """The designation of a column."""
    return name.partition(".")[0]
