"""Parts without the rows that are to be forgotten: each part that has some is written anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from mlops.collected.tables.orders import Condition, Order, PartAt
from mlops.collected.tables.relations import connected, quoted, text

FIXED = ("request_id", "correlation_id")


def forget(order: Order) -> list[dict[str, Any]]:
    """Of each part: how many rows match, and of which requests; where some rows stay, `path` is the part without the
    others, with `rows`, `requests`, `first_at`, `last_at` and `minutes`."""
    assert order.condition is not None
    with connected(order) as connection:
        return [_one(connection, order, part, order.condition) for part in order.parts]


def _one(connection: duckdb.DuckDBPyConnection, order: Order, part: PartAt, condition: Condition) -> dict[str, Any]:
    source = f"read_parquet({text(part.path)})"
    matching = _matching(part, condition)
    found = connection.execute(f"SELECT request_id, correlation_id FROM {source} WHERE {matching}").fetchall()
    told: dict[str, Any] = {"removed": len(found), "request_ids": sorted({row[0] for row in found if row[0]})}
    if not found:
        return told
    kept = f"SELECT * FROM {source} WHERE NOT COALESCE({matching}, FALSE)"
    target = Path(order.path) / f"{Path(part.path).stem}-kept.parquet"
    connection.execute(f"COPY ({kept}) TO {text(str(target))} (FORMAT parquet, COMPRESSION zstd)")
    rest = f"read_parquet({text(str(target))})"
    facts = f'SELECT count(*), count(DISTINCT "$key"), min("at"), max("at") FROM {rest}'
    rows, requests, first, last = connection.execute(facts).fetchone() or (0, 0, None, None)
    if not rows:
        return told
    minute = "date_part('hour', \"at\") * 60 + date_part('minute', \"at\")"
    minutes = connection.execute(f"SELECT {minute}, count(*) FROM {rest} GROUP BY ALL").fetchall()
    return told | {
        "path": str(target),
        "rows": rows,
        "requests": requests,
        "first_at": first,
        "last_at": last,
        "minutes": {str(int(key)): count for key, count in minutes},
    }


def _matching(part: PartAt, condition: Condition) -> str:
    terms = ["FALSE"]
    values = ", ".join(text(value) for value in condition.values)
    for name in condition.columns:
        if name not in FIXED and name not in part.columns:
            continue
        terms.append(f"CAST({quoted(name)} AS VARCHAR) IN ({values})")
        if part.columns.get(name) in ("integer", "decimal"):
            numbers = ", ".join(f"TRY_CAST({text(value)} AS DOUBLE)" for value in condition.values)
            terms.append(f"CAST({quoted(name)} AS DOUBLE) IN ({numbers})")
    return f"COALESCE({' OR '.join(terms)}, FALSE)"
