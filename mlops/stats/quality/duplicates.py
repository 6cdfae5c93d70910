"""How many rows repeat another row in all columns, with one column in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

ODD = 0x9E3779B97F4A7C15


def unique_rows(columns: Iterable[pl.Series]) -> int:
    """Different rows, told apart by 64-bit hashes: of ten million different rows two are taken for one with a
    probability of about 0.000003."""
    import numpy as np
    import polars as pl

    together: Any = None
    for series in columns:
        hashed = series.hash(seed=0).to_numpy()
        if together is None:
            together = hashed
        else:
            with np.errstate(over="ignore"):
                together = (together ^ (together >> np.uint64(29))) * np.uint64(ODD) + hashed
    return 0 if together is None else int(pl.Series(together).n_unique())
