"""Bodies of requests built anew from the inputs that were collected, for asking them again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from mlops.collected.tables.orders import Order
from mlops.collected.tables.relations import connected, quoted
from mlops.collected.tables.windows import window


def write_requests(order: Order) -> dict[str, Any]:
    """One a line, as JSON, in order of time: the last `most` requests of the window."""
    with connected(order) as connection:
        sql, columns = window(order)
        if not columns:
            return {"requests": 0}
        key = '"at", deployment, request_id'
        last = f"SELECT DISTINCT {key} FROM ({sql}) ORDER BY {key} DESC LIMIT {order.most}"
        chosen = ", ".join(quoted(name) for name in columns)
        rows = connection.execute(
            f'SELECT {key}, "row", {chosen} FROM ({sql}) SEMI JOIN ({last}) USING ({key}) ORDER BY {key}, "row"'
        )
        names = [name.partition(".")[2] for name in columns]
        count, held = 0, None
        request: list[dict[str, Any]] = []
        with Path(order.target).open("wb") as target:
            while pieces := rows.fetchmany(1000):
                for at, deployment, request_id, place, *values in pieces:
                    this = (at, deployment, request_id)
                    if request and (this != held or place == 0):
                        target.write(_line(request))
                        count, request = count + 1, []
                    held = this
                    request.append(dict(zip(names, values, strict=True)))
            if request:
                target.write(_line(request))
                count += 1
    return {"requests": count}


def _line(rows: list[dict[str, Any]]) -> bytes:
    return msgspec.json.encode({"data": rows}) + b"\n"
