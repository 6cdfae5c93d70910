"""The most frequent values of a column in the window, by which a signal is told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops.stats.drift.reading import number_names
from mlops.stats.table import Table

if TYPE_CHECKING:
    import polars as pl

MOST_SEGMENTS = 10


def texts(series: pl.Series) -> pl.Series:
    """Values as they are named: 3.0 and 3 are one."""
    import polars as pl

    return number_names(series) if series.dtype.is_float() else series.cast(pl.String, strict=False)


def values_of(table: Table, column: str, *, least_rows: int) -> list[str]:
    """The most frequent first, at most 10, each with enough rows."""
    import polars as pl

    counted = pl.DataFrame({"value": texts(table.column(column)).drop_nulls()}).group_by("value").len()
    enough = counted.filter(pl.col("len") >= least_rows).sort(["len", "value"], descending=[True, False])
    return [str(value) for value in enough.head(MOST_SEGMENTS)["value"].to_list()]
