"""Rows of a Parquet file, read in windows: small mini-batches do not decode a row group each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

WINDOW_ROWS = 100_000
WINDOW_BYTES = 64 * 1024 * 1024
"""Of one window, at most: what a process holds besides its mini-batch."""


class Windows:
    """The last window that was read stays in memory. It begins at a multiple of a mini-batch's rows."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._first = 0
        self._frame: pl.DataFrame | None = None
        self._most = 0

    def read(self, path: Path, *, start: int, rows: int) -> pl.DataFrame:
        """`rows` rows from `start`, fewer at the end of the file."""
        if path != self._path or self._frame is None or not self._holds(start, rows):
            self._path, self._first = path, start
            self._frame = _slice(path, start, max(rows, self._most - self._most % rows))
            self._most = _fitting(self._frame)
        return self._frame.slice(start - self._first, rows)

    def _holds(self, start: int, rows: int) -> bool:
        assert self._frame is not None
        return self._first <= start and start + rows <= self._first + self._frame.height


def _slice(path: Path, start: int, rows: int) -> pl.DataFrame:
    import polars as pl

    return pl.scan_parquet(path).slice(start, rows).collect()


def _fitting(frame: pl.DataFrame) -> int:
    """How many rows like these take no more than a window's bytes."""
    of_one = max(1.0, frame.estimated_size() / max(1, frame.height))
    return max(1, min(WINDOW_ROWS, int(WINDOW_BYTES / of_one)))
