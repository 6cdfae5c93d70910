"""Changes the type of a column; a value that cannot be converted is refused with its row."""

from __future__ import annotations

import polars as pl

from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import ColumnType
from mlops.stats.schema import column_type, storage_type

DATE_FORMATS = (
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
)
ZONED_FORMAT = "%+"
"""ISO 8601 with a zone; the time becomes that of UTC."""

DAY_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y")
TRUE_WORDS, FALSE_WORDS = ("true", "yes", "t", "y", "1"), ("false", "no", "f", "n", "0")


def cast_column(values: pl.Series, type_: ColumnType) -> pl.Series:
    """Text that is empty becomes missing when it is made a number, a date, or true and false."""
    present = column_type(values.dtype)
    if present == type_:
        return values.cast(storage_type(type_))
    if "date" in (present, type_) and type_ != "string" and present != "string":
        raise _impossible(values, type_, row=0, shown=present)
    if present == "string":
        text = values.str.strip_chars()
        values = text.set(text == "", None)
    converted = values.to_frame().select(_converted(pl.col(values.name), present, type_)).to_series()
    lost = converted.is_null() & values.is_not_null()
    if lost.any():
        row = lost.arg_max() or 0
        raise _impossible(values, type_, row=row, shown=str(values[row]))
    return converted.alias(values.name)


def _converted(column: pl.Expr, present: ColumnType, type_: ColumnType) -> pl.Expr:
    if type_ == "string":
        return column.dt.to_string("%Y-%m-%dT%H:%M:%S") if present == "date" else column.cast(pl.String)
    if type_ == "date":
        return _to_date(column)
    if type_ == "decimal":
        return column.cast(pl.Float64, strict=False)
    if type_ == "integer":
        return _to_integer(column, present)
    return _to_boolean(column, present)


def _to_integer(column: pl.Expr, present: ColumnType) -> pl.Expr:
    if present == "boolean":
        return column.cast(pl.Int64)
    number = column.cast(pl.Float64, strict=False)
    whole = pl.when(number.is_finite() & (number == number.round())).then(number).cast(pl.Int64, strict=False)
    return pl.coalesce(column.cast(pl.Int64, strict=False), whole) if present == "string" else whole


def _to_boolean(column: pl.Expr, present: ColumnType) -> pl.Expr:
    if present in ("integer", "decimal"):
        return pl.when(column == 1).then(True).when(column == 0).then(False).otherwise(None)
    word = column.str.to_lowercase()
    return pl.when(word.is_in(TRUE_WORDS)).then(True).when(word.is_in(FALSE_WORDS)).then(False).otherwise(None)


def _to_date(column: pl.Expr) -> pl.Expr:
    times = [column.str.to_datetime(form, time_unit="us", strict=False) for form in DATE_FORMATS]
    days = [column.str.to_date(form, strict=False).cast(pl.Datetime("us")) for form in DAY_FORMATS]
    zoned = column.str.to_datetime(ZONED_FORMAT, time_unit="us", strict=False).dt.replace_time_zone(None)
    return pl.coalesce([*times, *days, zoned])


def _impossible(values: pl.Series, type_: ColumnType, *, row: int, shown: str) -> Refusal:
    words = {"integer": "a whole number", "decimal": "a number", "boolean": "true or false", "date": "a date"}
    message = _("Row %(row)s, column '%(name)s': '%(shown)s' cannot become %(get)s.") % {
        "row": row + 1,
        "name": values.name,
        "shown": shown,
        "get": words.get(type_, type_),
    }
    hint = _("Remove or replace such values first, or choose another data type.")
    where = Where(column=values.name, row=row, value=shown)
    return Refusal("value_not_convertible", message, hint=hint, status=422, where=where)
