"""Texts to the designer's types in Polars: nothing stands where a text does not fit. For child processes only."""

from __future__ import annotations

import polars as pl

from mlops.datasets.reading.recognition import DAY_FORMATS, FALSE, TRUE
from mlops.formats.reading import ReadColumn, Reading
from mlops.formats.table import ColumnType

STORED: dict[ColumnType, pl.DataType] = {
    "integer": pl.Int64(),
    "decimal": pl.Float64(),
    "string": pl.String(),
    "boolean": pl.Boolean(),
    "date": pl.Datetime("us"),
}
GROUPED = r"^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$"
TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S%.f")


def present_text(column: ReadColumn, reading: Reading) -> pl.Expr:
    """Without blanks around it; null where it is one of the reading's marks of a missing value.

    An empty text in a column of another type is always missing."""
    text = pl.col(column.name).str.strip_chars()
    marks = set(reading.missing_values) | (set() if column.type == "string" else {""})
    return pl.when(text.is_in(sorted(marks))).then(None).otherwise(text).alias(column.name)


def from_text(text: pl.Expr, column: ReadColumn, *, decimal_comma: bool = False) -> pl.Expr:
    if column.type == "integer":
        return _plain_number(text, decimal_comma).cast(pl.Int64, strict=False)
    if column.type == "decimal":
        number = _plain_number(text, decimal_comma).cast(pl.Float64, strict=False)
        return pl.when(number.is_nan()).then(None).otherwise(number)
    if column.type == "boolean":
        lowered = text.str.to_lowercase()
        return (
            pl.when(lowered.is_in(list(TRUE)))
            .then(pl.lit(True))
            .when(lowered.is_in(list(FALSE)))
            .then(pl.lit(False))
            .otherwise(None)
        )
    if column.type == "date":
        return _date(text, column.date_format or "iso")
    return text


def from_stored(value: pl.Expr, dtype: pl.DataType, column: ReadColumn) -> pl.Expr:
    """From a Parquet column's own type to the wanted one."""
    if dtype == pl.String and column.type != "string":
        return from_text(value.str.strip_chars(), column)
    if dtype in (pl.Categorical, pl.Enum):
        value = value.cast(pl.String)
        return value if column.type == "string" else from_text(value, column)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone:
        value = value.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    if column.type == "boolean" and dtype.is_numeric():
        return pl.when(value == 1).then(pl.lit(True)).when(value == 0).then(pl.lit(False)).otherwise(None)
    if column.type == "integer" and dtype.is_float():
        return pl.when(value == value.floor()).then(value).otherwise(None).cast(pl.Int64, strict=False)
    if column.type == "decimal":
        number = value.cast(pl.Float64, strict=False)
        return pl.when(number.is_nan()).then(None).otherwise(number)
    if column.type == "string" and dtype.is_float():
        return pl.when(value.is_nan()).then(None).otherwise(value.cast(pl.String, strict=False))
    return value.cast(STORED[column.type], strict=False)


def _plain_number(text: pl.Expr, decimal_comma: bool) -> pl.Expr:
    """`1.234,5` becomes `1234.5`; a text with a point that is no group of thousands stays and does not fit."""
    plain = text.str.strip_prefix("+")
    if not decimal_comma:
        return plain
    grouped = plain.str.contains(GROUPED)
    pointed = plain.str.contains(".", literal=True)
    with_point = plain.str.replace(",", ".", literal=True)
    without_groups = plain.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    return pl.when(grouped).then(without_groups).when(pointed).then(None).otherwise(with_point)


def _date(text: pl.Expr, date_format: str) -> pl.Expr:
    if date_format == "iso":
        return _iso(text)
    known = [date_format + time for time in TIMES] if date_format in DAY_FORMATS else [date_format]
    return pl.coalesce([_moment(text, one) for one in known])


def _iso(text: pl.Expr) -> pl.Expr:
    """Times with an offset become UTC; times without one stay as they are written."""
    plain = text.str.replace("T", " ", literal=True).str.replace(r"\s?Z$", "").str.replace(",", ".", literal=True)
    shifted = plain.str.contains(r":\d\d.*[+-]\d\d:?\d\d$")
    zoned = plain.str.replace(r"^(.{16})([+-]\d\d:?\d\d)$", "${1}:00${2}").str.replace(r"\s+([+-])", "${1}")
    moved = zoned.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%z", strict=False, time_unit="us", time_zone="UTC")
    local = pl.coalesce([_moment(plain, f"%Y-%m-%d{time}") for time in TIMES])
    return pl.when(shifted).then(moved.dt.replace_time_zone(None)).otherwise(local)


def _moment(text: pl.Expr, pattern: str) -> pl.Expr:
    if "%H" in pattern or "%I" in pattern:
        return text.str.to_datetime(pattern, strict=False, time_unit="us", exact=True)
    return text.str.to_date(pattern, strict=False, exact=True).cast(pl.Datetime("us"))
