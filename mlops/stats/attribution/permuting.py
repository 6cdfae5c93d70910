"""Attributions by the model itself: how far its predictions move where one column is shuffled (Breiman, 2001)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

Scorer = Callable[["pl.DataFrame"], Any]
"""Predictions of rows as numbers, in their order."""


def movements(frame: pl.DataFrame, score: Scorer, *, names: Sequence[str], seed: int = 0) -> Any:
    """[rows, names]: how far each row's prediction moves. The scorer is asked once, for all of it."""
    import numpy as np
    import polars as pl

    generator = np.random.default_rng(seed)
    shuffled = [frame.with_columns(frame[name].gather(generator.permutation(frame.height))) for name in names]
    scores = np.asarray(score(pl.concat([frame, *shuffled])), dtype=float).reshape(len(names) + 1, frame.height)
    return np.abs(scores[1:] - scores[0]).T
