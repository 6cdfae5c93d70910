"""The profile of a stored table; a very long one is looked at in pieces from all over it, and says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from mlops.confinement.room import room_bytes
from mlops.formats.profile import TableProfile
from mlops.stats.profile import SMALL_BYTES, profile_table

MOST_ROWS = 5_000_000
PIECES = 50
COPIES = 12
"""How often a column is in memory while it is looked at: sorted, as numbers, and its distinct values."""
LOOKED_AT = 2_000


def profile_file(
    path: Path, *, rows: int, most_rows: int = MOST_ROWS, progress: Callable[[float], None] = lambda share: None
) -> TableProfile:
    """`sampled_rows` is set where not all rows were looked at; counts are then those of the sample."""
    if rows <= most_rows:
        return profile_table(path, progress=progress)
    import polars as pl

    frame = pl.scan_parquet(path)
    size = max(most_rows // PIECES, 1)
    starts = (rows * piece // PIECES for piece in range(PIECES))
    profile = profile_table(pl.concat([frame.slice(start, size) for start in starts]), progress=progress)
    return msgspec.structs.replace(profile, row_count=rows, sampled_rows=size * PIECES)


def profile_that_fits(path: Path, *, progress: Callable[[float], None] = lambda share: None) -> TableProfile:
    """Of all rows, unless the memory that this process may still take is too little for a column of them."""
    import polars as pl

    if path.stat().st_size <= SMALL_BYTES:
        return profile_table(path, progress=progress)
    frame = pl.scan_parquet(path)
    rows, first = int(frame.select(pl.len()).collect().item()), frame.head(LOOKED_AT).collect()
    widest = max((column.estimated_size() / max(first.height, 1) for column in first), default=1.0)
    most = int(room_bytes() / (COPIES * max(widest, 8.0)))
    return profile_file(path, rows=rows, most_rows=most, progress=progress)
