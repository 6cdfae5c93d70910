"""Rows of a Parquet file, read in windows: small mini-batches do not decode a row group each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

WINDOW_ROWS = 32_768
"""Of one window; what a process holds besides its mini-batch."""


class Windows:
    """The last window that was read stays in memory."""

    def __init__(self) -> None:
        self._held: tuple[Path, int] | None = None
        self._frame: pl.DataFrame | None = None

    def read(self, path: Path, *, start: int, rows: int) -> pl.DataFrame:
        """`rows` rows from `start`, fewer at the end of the file."""
        import polars as pl

        if rows * 4 > WINDOW_ROWS:
            return pl.scan_parquet(path).slice(start, rows).collect()
        first = start - start % WINDOW_ROWS
        if start + rows > first + WINDOW_ROWS:
            return pl.scan_parquet(path).slice(start, rows).collect()
        if self._held != (path, first) or self._frame is None:
            self._frame = pl.scan_parquet(path).slice(first, WINDOW_ROWS).collect()
            self._held = (path, first)
        return self._frame.slice(start - first, rows)
