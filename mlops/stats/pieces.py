"""Tables piece by piece: read from Parquet files and written to one, with a few pieces in memory at a time."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import polars as pl

ROW_GROUP_ROWS = 100_000


def compact(frame: pl.DataFrame) -> pl.DataFrame:
    """The same. Rows that were chosen of a piece else keep all of its texts in memory."""
    import polars as pl

    kept = io.BytesIO()
    frame.write_ipc(kept, compat_level=pl.CompatLevel.oldest())
    return pl.read_ipc(kept.getvalue())


def write_pieces(
    pieces: Iterable[pl.DataFrame],
    like: pl.DataFrame,
    file: Path,
    *,
    compression: Literal["zstd", "lz4"] = "zstd",
    compression_level: int | None = 1,
) -> None:
    """All have the columns and types of `like`. Of a scan, Polars would read a hundred row groups ahead."""
    from polars.io.plugins import register_io_source

    def source(columns: Any, predicate: Any, rows: Any, size: Any) -> Iterator[pl.DataFrame]:
        yield from pieces

    register_io_source(source, schema=like.schema).sink_parquet(
        file, row_group_size=ROW_GROUP_ROWS, compression=compression, compression_level=compression_level
    )
