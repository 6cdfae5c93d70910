"""A baseline's columns kept in one small file, so that later looks need not read its rows again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from mlops.formats.looking import FeatureKind
from mlops.formats.table import ColumnType
from mlops.stats.drift.categories import Categories
from mlops.stats.drift.categories import thinned as thinned_categories
from mlops.stats.drift.column import Column
from mlops.stats.drift.numbers import Numbers
from mlops.stats.drift.numbers import thinned as thinned_numbers

FORM = 2
"""Raised whenever the form of the file, or what its numbers mean, changes: older files are then made anew."""


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A Column without its arrays, which are little-endian float64 and int64."""

    name: str
    type: ColumnType
    kind: FeatureKind
    rows: int
    missing: int
    errors: int
    unique: int
    mean: float | None = None
    standard_deviation: float | None = None
    values: bytes | None = None
    upto: bytes | None = None
    counts: dict[str, int] | None = None
    other: int = 0
    unlisted: int = 0
    single: int = 0


class Summary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    form: int
    rows: int
    columns: dict[str, Kept]
    unique_rows: dict[str, int] = {}
    """How many different rows there are in some columns, by their names with line ends between."""


def thinned(column: Column) -> Column:
    """As it is after it was kept and read back: so a first look says what later ones say."""
    return widened(kept(column))


def kept(column: Column) -> Kept:
    import numpy as np

    numbers = thinned_numbers(column.numbers) if column.numbers is not None else None
    categories = thinned_categories(column.categories) if column.categories is not None else None
    return Kept(
        name=column.name,
        type=column.type,
        kind=column.kind,
        rows=column.rows,
        missing=column.missing,
        errors=column.errors,
        unique=column.unique,
        mean=column.mean,
        standard_deviation=column.standard_deviation,
        values=numbers.values.astype("<f8").tobytes() if numbers else None,
        upto=np.asarray(numbers.upto, dtype="<i8").tobytes() if numbers else None,
        counts=categories.counts if categories else None,
        other=categories.other if categories else 0,
        unlisted=categories.unlisted if categories else 0,
        single=categories.single if categories else 0,
    )


def widened(kept: Kept) -> Column:
    import numpy as np

    numbers = categories = None
    if kept.values is not None and kept.upto is not None:
        numbers = Numbers(np.frombuffer(kept.values, dtype="<f8"), np.frombuffer(kept.upto, dtype="<i8"))
    if kept.counts is not None:
        categories = Categories(counts=kept.counts, other=kept.other, unlisted=kept.unlisted, single=kept.single)
    return Column(
        name=kept.name,
        type=kept.type,
        kind=kept.kind,
        rows=kept.rows,
        missing=kept.missing,
        errors=kept.errors,
        unique=kept.unique,
        numbers=numbers,
        categories=categories,
        mean=kept.mean,
        standard_deviation=kept.standard_deviation,
    )


def place_of(folder: Path, parts: Sequence[str]) -> Path:
    """Where the summary of just these rows is: `parts` tell them apart from all others."""
    digest = hashlib.sha256("\x00".join((str(FORM), *parts)).encode()).hexdigest()
    return folder / f"{digest[:32]}.summary"


def read_summary(path: Path) -> Summary | None:
    """None where there is none, or one that is of another form or damaged: it is then made anew."""
    try:
        summary = msgspec.msgpack.decode(path.read_bytes(), type=Summary)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
    return summary if summary.form == FORM else None


def write_summary(path: Path, summary: Summary) -> None:
    """Whole or not at all; several looks may write the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(msgspec.msgpack.encode(summary))
    unfinished.replace(path)
