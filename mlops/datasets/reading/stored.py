"""Looking into a stored table: some of its rows, or all of it as CSV. Only child processes import this."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl


def rows_of(path: Path, *, offset: int, limit: int, columns: tuple[str, ...] = (), order: str = "") -> dict[str, Any]:
    """`columns` and `rows` in the order of the file, or by a column (`-name`: the largest first); dates as ISO 8601."""
    table = pl.scan_parquet(path)
    if order:
        name = order.removeprefix("-")
        table = table.sort(name, descending=order.startswith("-"), nulls_last=True, maintain_order=True)
    frame = (table.select(columns) if columns else table).slice(offset, limit).collect()
    rows = [[_plain(value) for value in row] for row in frame.iter_rows()]
    return {"columns": frame.columns, "rows": rows, "offset": offset}


def write_csv(path: Path, target: Path) -> dict[str, Any]:
    """Streamed; missing values are empty."""
    pl.scan_parquet(path).sink_csv(target, datetime_format="%Y-%m-%dT%H:%M:%S%.f")
    return {"size_bytes": target.stat().st_size}


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value.isoformat() if isinstance(value, datetime) else value
