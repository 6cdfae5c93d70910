"""Columns as numbers that a tree model reads, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops.stats.drift.column import Column
from mlops.stats.drift.reading import read_numbers, read_texts

if TYPE_CHECKING:
    import polars as pl

MOST_MISSING = 0.15
MOST_VALUES = 100


def coded(baseline: Column, series: pl.Series) -> Any:
    """Numbers, or codes of the baseline's values and one more for all others; float64, NaN where there is none."""
    import numpy as np
    import polars as pl

    if baseline.categories is None:
        values = read_numbers(series, baseline.type).fill_null(np.nan).to_numpy(writable=True)
        values[~np.isfinite(values)] = np.nan
        return values
    codes = {name: float(place) for place, name in enumerate(baseline.categories.counts)}
    texts = read_texts(series, baseline.type)
    found = texts.replace_strict(codes, default=float(len(codes)), return_dtype=pl.Float64)
    return np.where(texts.is_null().to_numpy(), np.nan, found.to_numpy())


def why_left_out(column: Column) -> str:
    """Numbers with many gaps and texts with many values would tell the sets apart by nothing of interest."""
    if column.kind == "numerical" and column.rows and column.missing / column.rows > MOST_MISSING:
        return f"more than {MOST_MISSING:.0%} of its values are missing"
    if column.kind == "categorical" and column.unique > MOST_VALUES:
        return f"it has more than {MOST_VALUES} different values"
    return ""
