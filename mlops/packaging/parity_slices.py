"""Where two forms of a model differ most: by the value of each column, or a range of it. For child processes only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from mlops.formats.model import Field, Signature, Slice

SHOWN = 12
RANGES, MOST_VALUES = 5, 30
LEAST_ROWS = 5


def worst_slices(
    rows: pl.DataFrame, signature: Signature, differences: Any, flips: Any, *, tolerance: float
) -> tuple[Slice, ...]:
    """Worst first: by the share of rows beyond the tolerance, then by the mean difference."""
    found = [
        _slice(field.name, value, mask, differences, flips, tolerance)
        for field in signature.inputs
        for value, mask in _parts(field, rows[field.name])
        if mask.sum() >= min(LEAST_ROWS, rows.height)
    ]
    return tuple(sorted(found, key=lambda one: (-one.share_over_tolerance, -one.mean_difference))[:SHOWN])


def _slice(column: str, value: str, mask: Any, differences: Any, flips: Any, tolerance: float) -> Slice:
    inside = differences[mask]
    return Slice(
        column=column,
        value=value,
        rows=int(mask.sum()),
        max_difference=float(inside.max()),
        mean_difference=float(inside.mean()),
        share_over_tolerance=float((inside > tolerance).mean()),
        label_flips=int(flips[mask].sum()),
    )


def _parts(field: Field, values: pl.Series) -> Iterator[tuple[str, Any]]:
    missing = values.is_null().to_numpy()
    if missing.any():
        yield "missing", missing
    if field.type in ("string", "boolean"):
        counted = values.drop_nulls().value_counts(sort=True).head(MOST_VALUES)
        for value in counted[values.name].to_list():
            yield str(value)[:80], (values == value).fill_null(False).to_numpy()
        return
    numbers = values.cast(pl.Float64 if field.type != "date" else pl.Int64).cast(pl.Float64).to_numpy()
    known = numbers[~np.isnan(numbers)]
    if not known.size:
        return
    edges = np.unique(np.quantile(known, np.linspace(0, 1, RANGES + 1)))
    if edges.size == 1:
        yield _range(field, edges[0], edges[0]), numbers == edges[0]
    for low, high, is_last in zip(edges, edges[1:], [False] * (edges.size - 2) + [True], strict=False):
        yield _range(field, low, high), (numbers >= low) & ((numbers <= high) if is_last else (numbers < high))


def _range(field: Field, low: float, high: float) -> str:
    if field.type == "date":
        from datetime import UTC, datetime

        days = [datetime.fromtimestamp(each / 1e6, UTC).date().isoformat() for each in (low, high)]
        return f"{days[0]} – {days[1]}"
    return f"{low:.4g} – {high:.4g}" if low != high else f"{low:.4g}"
