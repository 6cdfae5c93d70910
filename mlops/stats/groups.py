"""Rows in groups by one column: by its values, or by quarters of its numbers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

MOST_GROUPS, RANGES, NUMBERS_AS_GROUPS = 20, 4, 8
MISSING, OTHERS = "(missing)", "(all others)"


def group_names(values: pl.Series) -> Any:
    """The name of each row's group: its value, or a quarter of the numbers; rare values together."""
    numeric = values.dtype.is_numeric() and values.n_unique() > NUMBERS_AS_GROUPS
    if numeric or values.dtype.is_temporal():
        return _ranges(values)
    texts = values.cast(pl.String).fill_null(MISSING)
    counts = texts.value_counts(sort=True)
    kept = counts[values.name].head(MOST_GROUPS).to_list()
    return np.array([one if one in kept else OTHERS for one in texts.to_list()], dtype=object)


def _ranges(values: pl.Series) -> Any:
    numbers = values.cast(pl.Int64 if values.dtype.is_temporal() else pl.Float64).cast(pl.Float64)
    known = numbers.drop_nulls().drop_nans()
    edges = np.unique([known.quantile(part / RANGES, "nearest") for part in range(RANGES + 1)])
    words = [_word(values, edge) for edge in edges]
    names = [f"{low} – {high}" for low, high in pairwise(words)] or [words[0] if words else MISSING]
    found = np.full(values.len(), MISSING, dtype=object)
    cells = numbers.fill_null(float("nan")).to_numpy()
    real = np.isfinite(cells)
    places = np.clip(np.searchsorted(edges, cells[real], side="right") - 1, 0, len(names) - 1)
    found[real] = np.array(names, dtype=object)[places]
    return found


def _word(values: pl.Series, edge: float) -> str:
    if values.dtype.is_temporal():
        return str(pl.Series([int(edge)]).cast(values.dtype)[0])[:10]
    return f"{edge:.6g}"
