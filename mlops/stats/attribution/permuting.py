"""Attributions by the model itself: how far its predictions move where one column is shuffled (Breiman, 2001)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

Scorer = Callable[["pl.DataFrame"], Any]
"""Predictions of rows as numbers, in their order."""


def attributions(frame: pl.DataFrame, score: Scorer, *, names: Sequence[str], seed: int = 0) -> Any:
    """[names], sum 1 (or 0 where nothing matters): the mean absolute change of the prediction."""
    import numpy as np

    generator = np.random.default_rng(seed)
    before = np.asarray(score(frame), dtype=float)
    moved = []
    for name in names:
        shuffled = frame[name].gather(generator.permutation(frame.height))
        moved.append(float(np.abs(np.asarray(score(frame.with_columns(shuffled)), dtype=float) - before).mean()))
    sizes = np.array(moved)
    return sizes / sizes.sum() if sizes.sum() else sizes
