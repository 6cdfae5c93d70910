"""The profile of a stored table; a very long one is looked at in pieces from all over it, and says so."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mlops.formats.profile import TableProfile
from mlops.stats.profile import profile_table

MOST_ROWS = 5_000_000
PIECES = 50


def profile_file(path: Path, *, rows: int, most_rows: int = MOST_ROWS) -> TableProfile:
    """`sampled_rows` is set where not all rows were looked at; counts are then those of the sample."""
    if rows <= most_rows:
        return profile_table(path)
    import polars as pl

    frame = pl.scan_parquet(path)
    size = most_rows // PIECES
    starts = (rows * piece // PIECES for piece in range(PIECES))
    profile = profile_table(pl.concat([frame.slice(start, size) for start in starts]))
    return msgspec.structs.replace(profile, row_count=rows, sampled_rows=size * PIECES)
