"""What a mini-batch leaves behind: error rows as JSON lines, and the form of whatever a script returned."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.formats.batch import ErrorRow

if TYPE_CHECKING:
    import polars as pl

TOLD_ERRORS = 5
"""Errors of one mini-batch that are told at once; all of them are in its file."""
MOST_VALUES = 2_000


def write_errors(errors: Iterable[ErrorRow], path: Path) -> None:
    """One JSON text per line; no file where there is none."""
    lines = [msgspec.json.encode(error) + b"\n" for error in errors]
    if lines:
        path.write_bytes(b"".join(lines))


def row_as_json(frame: pl.DataFrame, row: int) -> str:
    values = {name: _plain(value) for name, value in frame.row(row, named=True).items()}
    return msgspec.json.encode(values).decode()[:MOST_VALUES]


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
