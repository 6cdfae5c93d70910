"""Principal components from the covariance matrix, which is summed up in blocks of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

BLOCK_ROWS = 100_000


@dataclass(frozen=True, kw_only=True)
class Axes:
    """Unit vectors, most important first; their largest entry is positive, so that equal data give equal axes."""

    mean: list[float]
    axes: list[list[float]]
    shares: list[float]
    """Of the variation."""


def axes(frame: pl.DataFrame, count: int, *, centred: bool) -> Axes:
    """Rows with gaps or infinite values do not count. Refusal `too_few_rows` where fewer than two are left."""
    rows, total, products = 0, np.zeros(frame.width), np.zeros((frame.width, frame.width))
    for cells in _blocks(frame):
        rows += len(cells)
        total += cells.sum(axis=0)
    if rows < 2:
        message = _("%(rows)s rows have a finite number in every chosen column; at least two are needed.") % {
            "rows": rows
        }
        hint = _("Put Clean Missing Data before it, or choose fewer columns.")
        raise Refusal("too_few_rows", message, hint=hint, status=422, where=Where(parameter="selected_columns"))
    mean = total / rows if centred else np.zeros(frame.width)
    for cells in _blocks(frame):
        shifted = cells - mean
        products += shifted.T @ shifted
    spread, vectors = np.linalg.eigh(products)
    vectors = vectors[:, ::-1][:, :count].T
    largest = np.abs(vectors).argmax(axis=1)
    vectors = vectors * np.where(vectors[np.arange(count), largest] < 0, -1.0, 1.0)[:, None]
    shares = np.maximum(spread[::-1][:count], 0) / max(float(np.maximum(spread, 0).sum()), 1e-300)
    return Axes(mean=mean.tolist(), axes=vectors.tolist(), shares=shares.tolist())


def projected(frame: pl.DataFrame, state: Mapping[str, Any]) -> pl.DataFrame:
    """One column: how far each row lies along the axis. Summed up column by column, so that one row gives the same as
    many; a gap in any column gives a gap."""
    terms = [
        (pl.col(name).cast(pl.Float64) - mean) * weight
        for name, mean, weight in zip(frame.columns, state["mean"], state["axis"], strict=True)
    ]
    found = terms[0]
    for term in terms[1:]:
        found = found + term
    return frame.select(pl.when(found.is_finite()).then(found).alias("place"))


def _blocks(frame: pl.DataFrame) -> Any:
    for start in range(0, frame.height, BLOCK_ROWS):
        cells = frame.slice(start, BLOCK_ROWS).cast(pl.Float64).to_numpy()
        yield cells[np.isfinite(cells).all(axis=1)]
