"""What a look at the beginning of a file shows: a guess, the first rows as they stand, and what does not fit."""

from __future__ import annotations

import msgspec

from mlops.formats.reading import Reading


class ColumnProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A value that does not fit its column's type; `row` counts the rows of data from 1."""

    column: str
    row: int
    value: str
    message: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Values as texts, None where missing; columns as in the reading, those left out included."""

    rows: tuple[tuple[str | None, ...], ...] = ()
    problems: tuple[ColumnProblem, ...] = ()
    sampled_rows: int = 0
    """How many rows the problems were looked for in."""


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    reading: Reading
    preview: Preview
    warnings: tuple[str, ...] = ()
