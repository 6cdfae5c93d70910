"""Values of a column as numbers or as texts, by the baseline's type; what is of another type has no value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops.formats.table import ColumnType

if TYPE_CHECKING:
    import polars as pl

MICROSECONDS = 1e6
TRUTHS = {"true": "true", "1": "true", "1.0": "true", "false": "false", "0": "false", "0.0": "false"}


def read_numbers(series: pl.Series, type_: ColumnType) -> pl.Series:
    """Float64 in the rows' order. Dates are Unix seconds; texts are read; nothing is null, NaN stays."""
    import polars as pl

    dtype = series.dtype
    if type_ == "date":
        return _seconds(series)
    if dtype.is_numeric() or dtype == pl.Boolean:
        return series.cast(pl.Float64)
    if dtype == pl.String:
        return series.str.strip_chars().cast(pl.Float64, strict=False)
    return pl.Series(series.name, [None] * series.len(), pl.Float64)


def read_texts(series: pl.Series, type_: ColumnType) -> pl.Series:
    """String in the rows' order; numbers are named alike whether they are stored as 3 or as 3.0."""
    import polars as pl

    dtype = series.dtype
    if type_ == "boolean" and dtype != pl.Boolean:
        texts = series.cast(pl.String, strict=False).str.to_lowercase()
        return texts.replace_strict(TRUTHS, default=None, return_dtype=pl.String)
    if type_ in ("integer", "decimal"):
        return number_names(read_numbers(series, type_))
    if type_ == "string" and (dtype.is_numeric() or dtype == pl.Boolean):
        return pl.Series(series.name, [None] * series.len(), pl.String)
    if dtype.is_nested() or dtype == pl.Binary:
        return pl.Series(series.name, [None if value is None else str(value) for value in series.to_list()], pl.String)
    return series.cast(pl.String)


def number_names(numbers: pl.Series) -> pl.Series:
    """3.0 is called 3."""
    import polars as pl

    number = pl.col(numbers.name)
    whole = number.is_finite() & (number == number.floor()) & (number.abs() < 2.0**63)
    name = pl.when(whole).then(number.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(number.cast(pl.String))
    return numbers.to_frame().select(name).to_series()


def _seconds(series: pl.Series) -> pl.Series:
    import polars as pl

    dtype = series.dtype
    if dtype.is_numeric():
        return series.cast(pl.Float64)
    if dtype == pl.String:
        series = series.str.to_datetime(time_unit="us", strict=False, time_zone="UTC")
    elif dtype not in (pl.Date, pl.Datetime):
        return pl.Series(series.name, [None] * series.len(), pl.Float64)
    return series.cast(pl.Datetime("us")).cast(pl.Int64).cast(pl.Float64) / MICROSECONDS
