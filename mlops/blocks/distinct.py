"""Which rows of a table are the first, or the last, with their values in some columns.

Of a table that is not in memory the rows are dealt out by a hash of these values: equal ones come together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mlops.stats.pieces import compact

if TYPE_CHECKING:
    from mlops.blocks.values import Table

PLACE = "__mlops_place__"


def distinct_rows(table: Table, names: Sequence[str], *, first: bool) -> pl.Series:
    """A mask."""
    key, parts = pl.struct(names), table.parts(names)
    kept = key.is_first_distinct() if first else key.is_last_distinct()
    if parts == 1:
        return pl.concat(list(table.select_pieces(names))).select(kept.alias("kept")).to_series()
    mask = np.zeros(table.height, dtype=bool)
    for part in range(parts):
        rows = pl.concat([compact(piece.filter(key.hash() % parts == part)) for piece in _numbered(table, names)])
        mask[rows.filter(kept)[PLACE].to_numpy()] = True
    return pl.Series(mask, dtype=pl.Boolean)


def _numbered(table: Table, names: Sequence[str]) -> Iterator[pl.DataFrame]:
    begin = 0
    for piece in table.select_pieces(names):
        yield piece.with_columns(pl.int_range(begin, begin + piece.height, dtype=pl.UInt32).alias(PLACE))
        begin += piece.height
