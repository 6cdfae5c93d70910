"""The profile of a table, one column in memory at a time, so that big files stay cheap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops.formats.profile import ColumnProfile, Histogram, TableProfile, ValueCount
from mlops.formats.table import ColumnType
from mlops.stats.histogram import histogram
from mlops.stats.schema import column_type

if TYPE_CHECKING:
    import polars as pl

QUANTILES = {"P1": 0.01, "P5": 0.05, "P25": 0.25, "P50": 0.5, "P75": 0.75, "P95": 0.95, "P99": 0.99}
TOP_VALUES = 20
MICROSECONDS = 1_000_000
SMALL_BYTES = 1_000_000
"""A file of this size is read once, not once for each column."""
FEW_VALUES = 1_000
"""So few are counted here: to hand them to polars' threads and wait for those takes longer than to count them."""
COUNTED = ("integer", "boolean", "string")
"""Types of which equal values are equal in Python, too."""


def profile_table(
    table: str | Path | pl.LazyFrame | pl.DataFrame, *, progress: Callable[[float], None] = lambda share: None
) -> TableProfile:
    """`table` is a Parquet file, a folder with `data.parquet`, or a frame. Histograms of dates are in Unix seconds.

    `progress` is told the share of the columns that are done."""
    import polars as pl

    frame = _opened(table)
    schema = frame.collect_schema()
    if isinstance(frame, pl.DataFrame):
        rows, column = frame.height, frame.get_column
    else:
        rows = int(frame.select(pl.len()).collect().item())
        column = partial(_collected, frame)
    columns = []
    for name, dtype in schema.items():
        columns.append(profile_column(column(name), type_=column_type(dtype)))
        progress(len(columns) / len(schema))
    return TableProfile(row_count=rows, columns=tuple(columns))


def _collected(frame: pl.LazyFrame, name: str) -> pl.Series:
    return frame.select(name).collect().to_series()


def profile_column(series: pl.Series, *, type_: ColumnType) -> ColumnProfile:
    import polars as pl

    if type_ == "decimal":
        series = series.cast(pl.Float64).fill_nan(None)
    if type_ == "date":
        series = series.cast(pl.Datetime("us"))
    if type_ == "string" and series.dtype != pl.String:
        series = pl.Series(
            series.name, [None if value is None else str(value) for value in series.to_list()], pl.String
        )
    missing = series.null_count()
    common: dict[str, Any] = {
        "name": series.name,
        "type": type_,
        "count": series.len(),
        "missing_count": missing,
        "not_missing_count": series.len() - missing,
        "unique_count": _unique_count(series.drop_nulls(), type_=type_),
    }
    measures = {"integer": _numbers, "decimal": _numbers, "date": _dates, "boolean": _booleans, "string": _texts}
    return ColumnProfile(**common, **measures[type_](series.drop_nulls()))


def _unique_count(present: pl.Series, *, type_: ColumnType) -> int:
    if type_ in COUNTED and present.len() <= FEW_VALUES:
        return len(set(present.to_list()))
    return present.n_unique()


def _opened(table: str | Path | pl.LazyFrame | pl.DataFrame) -> pl.LazyFrame | pl.DataFrame:
    import polars as pl

    if isinstance(table, pl.DataFrame | pl.LazyFrame):
        return table
    path = Path(table)
    file = path / "data.parquet" if path.is_dir() else path
    small = file.stat().st_size <= SMALL_BYTES
    return pl.read_parquet(file) if small else pl.scan_parquet(file)


def _numbers(present: pl.Series) -> dict[str, Any]:
    import polars as pl

    whole = present.dtype.is_integer()
    errors = 0 if whole else int((~present.is_finite()).sum())
    finite = present if not errors else present.filter(present.is_finite())
    if not finite.len():
        return {"error_count": errors}
    sorted_ = finite.cast(pl.Float64).sort()
    several = finite.len() > 1
    return {
        "error_count": errors,
        "minimum": finite.min(),
        "maximum": finite.max(),
        "mean": _finite(sorted_.mean()),
        "standard_deviation": _finite(sorted_.std()) if several else None,
        "variance": _finite(sorted_.var()) if several else None,
        "skewness": _finite(sorted_.skew()),
        "kurtosis": _finite(sorted_.kurtosis()),
        "quantiles": {key: _quantile(sorted_, share) for key, share in QUANTILES.items()},
        "histogram": histogram(sorted_.to_numpy(), whole=whole),
        "top_values": _top(finite) if whole and _unique_count(finite, type_="integer") <= TOP_VALUES else (),
    }


def _dates(present: pl.Series) -> dict[str, Any]:
    import polars as pl

    if not present.len():
        return {}
    seconds = present.cast(pl.Int64).to_numpy() / MICROSECONDS
    low: Any = present.min()
    high: Any = present.max()
    drawn: Histogram | None = histogram(seconds)
    return {"minimum": low.isoformat(), "maximum": high.isoformat(), "histogram": drawn}


def _booleans(present: pl.Series) -> dict[str, Any]:
    return {"top_values": _top(present)}


def _texts(present: pl.Series) -> dict[str, Any]:
    return {
        "empty_count": int((present == "").sum()),
        "minimum": present.min(),
        "maximum": present.max(),
        "top_values": _top(present),
    }


def _top(present: pl.Series) -> tuple[ValueCount, ...]:
    """Most frequent first; equal counts in the order of the values, so that two profiles of one table are equal."""
    import polars as pl

    if present.len() <= FEW_VALUES:
        counts = sorted(Counter(present.to_list()).items(), key=lambda one: (-one[1], one[0]))
        return tuple(ValueCount(value=_text(value), count=count) for value, count in counts[:TOP_VALUES])
    counted = pl.DataFrame({"value": present}).group_by("value").len()
    first = counted.sort(["len", "value"], descending=[True, False]).head(TOP_VALUES)
    texts = first["value"].cast(pl.String).to_list()
    return tuple(ValueCount(value=text, count=count) for text, count in zip(texts, first["len"], strict=True))


def _text(value: Any) -> str:
    """As polars writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quantile(sorted_: pl.Series, share: float) -> float:
    """Linear interpolation between neighbours of an already sorted column."""
    position = share * (sorted_.len() - 1)
    below = int(position)
    above = min(below + 1, sorted_.len() - 1)
    low, high = float(sorted_[below]), float(sorted_[above])
    share_above = position - below
    return low * (1 - share_above) + high * share_above


def _finite(value: Any) -> float | None:
    import math

    return float(value) if value is not None and math.isfinite(value) else None
