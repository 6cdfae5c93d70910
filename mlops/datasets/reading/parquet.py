"""Parquet files seen before they are kept: which columns, which types, and what of it cannot be a table here."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from mlops.datasets.reading.casting import from_stored
from mlops.datasets.reading.examination import ColumnProblem, Examination, Preview
from mlops.datasets.reading.recognition import WORDS
from mlops.datasets.reading.sniffing import MOST_COLUMNS
from mlops.formats.reading import ReadColumn, Reading
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import ColumnType

SAMPLED_ROWS = 20_000


def examine_parquet(path: Path, *, rows: int) -> Examination:
    frame = open_parquet(path)
    reading = guess_reading(frame)
    warnings = [
        f"Column “{name}” holds {dtype}; it is kept as {_type_of(dtype, name)}."
        for name, dtype in frame.collect_schema().items()
        if _is_converted(dtype)
    ]
    return Examination(reading=reading, preview=preview_parquet(path, reading, rows=rows), warnings=tuple(warnings))


def preview_parquet(path: Path, reading: Reading, *, rows: int) -> Preview:
    frame = open_parquet(path)
    reading = complete(reading, frame)
    sample = frame.head(SAMPLED_ROWS).collect()
    problems = [
        problem for column in reading.columns if column.include for problem in unfit(sample, column, first_row=1)[:1]
    ]
    head = sample.head(rows)
    shown = tuple(tuple(as_text(value) for value in row) for row in head.select(frame_names(reading)).iter_rows())
    return Preview(rows=shown, problems=tuple(problems), sampled_rows=sample.height)


def open_parquet(path: Path) -> pl.LazyFrame:
    """Raises Refusal `parquet_unreadable`, `no_columns`, `too_many_columns`, `nested_column` or `no_rows`."""
    try:
        frame = pl.scan_parquet(path)
        schema = frame.collect_schema()
        rows = int(frame.select(pl.len()).collect().item()) if schema else 0
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unreadable(error) from error
    except pl.exceptions.PanicException as error:
        raise unreadable(error) from error
    if not schema:
        raise Refusal(
            "no_columns", _("The Parquet file has no column."), hint=_("Write it again with at least one."), status=422
        )
    if len(schema) > MOST_COLUMNS:
        raise Refusal(
            "too_many_columns",
            _("The file has %(count)s columns; %(most_columns)s can be read.")
            % {"count": f"{len(schema):,}", "most_columns": f"{MOST_COLUMNS:,}"},
            hint=_("Leave columns out before the upload."),
            status=422,
        )
    for name, dtype in schema.items():
        _type_of(dtype, name)
    if not rows:
        raise Refusal("no_rows", _("The Parquet file has no row."), hint=_("Upload a file with data."), status=422)
    return frame


def unreadable(error: BaseException) -> Refusal:
    return Refusal(
        "parquet_unreadable",
        _("The Parquet file is damaged or incomplete: %(splitlines)s")
        % {"splitlines": str(error).strip().splitlines()[0][:300]},
        hint=_("Write the file again, or upload it again if the transfer was cut off."),
        status=422,
    )


def guess_reading(frame: pl.LazyFrame) -> Reading:
    columns = (ReadColumn(name=name, type=_type_of(dtype, name)) for name, dtype in frame.collect_schema().items())
    return Reading(format="parquet", columns=tuple(columns))


def complete(reading: Reading, frame: pl.LazyFrame) -> Reading:
    """The reading with columns. Raises Refusal `columns_differ` where it names one that the file has not."""
    if not reading.columns:
        return guess_reading(frame)
    names = frame.collect_schema().names()
    stranger = next((column.name for column in reading.columns if column.name not in names), None)
    if stranger is not None:
        raise Refusal(
            "columns_differ",
            _("The file has no column “%(stranger)s”.") % {"stranger": stranger},
            hint=_("Have the columns looked at again."),
            status=422,
            where=Where(column=stranger),
        )
    if not any(column.include for column in reading.columns):
        raise Refusal("no_columns", _("Every column is left out."), hint=_("Include at least one column."), status=422)
    return reading


def frame_names(reading: Reading) -> list[str]:
    return [column.name for column in reading.columns]


def unfit(frame: pl.DataFrame, column: ReadColumn, *, first_row: int) -> list[ColumnProblem]:
    """The first value that the wanted type cannot hold."""
    dtype = frame.schema[column.name]
    value = pl.col(column.name)
    kept = from_stored(value, dtype, column)
    there = value.is_not_null() & ~value.is_nan() if dtype.is_float() else value.is_not_null()
    bad = frame.with_row_index("").filter(there & kept.is_null()).select("", column.name).head(1)
    if not bad.height:
        return []
    row, text = int(bad.item(0, 0)) + first_row, as_text(bad.item(0, 1)) or ""
    message = _("“%(text)s” is not %(words)s") % {"text": text[:80], "words": WORDS[column.type]}
    return [ColumnProblem(column=column.name, row=row, value=text[:200], message=message)]


def as_text(value: Any) -> str | None:
    if value is None or value != value:
        return None
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _is_converted(dtype: pl.DataType) -> bool:
    return (
        dtype.is_decimal()
        or dtype in (pl.Time, pl.Categorical, pl.Enum, pl.Null, pl.Date)
        or (isinstance(dtype, pl.Datetime) and dtype.time_zone is not None)
    )


def _type_of(dtype: pl.DataType, name: str) -> ColumnType:
    if dtype.is_nested():
        raise _impossible(
            name, _("nested values (%(dtype)s)") % {"dtype": dtype}, _("Split it into plain columns, or leave it out.")
        )
    if dtype in (pl.Binary, pl.Object):
        raise _impossible(name, _("raw bytes"), _("Leave it out, or write it as text."))
    if dtype == pl.Duration:
        raise _impossible(name, _("durations"), _("Write it as a number of seconds."))
    if dtype.is_integer():
        return "integer"
    if dtype.is_numeric():
        return "decimal"
    if dtype == pl.Boolean:
        return "boolean"
    return "date" if dtype in (pl.Date, pl.Datetime) else "string"


def _impossible(name: str, what: str, hint: str) -> Refusal:
    return Refusal(
        "nested_column",
        _("Column “%(name)s” holds %(what)s, which a table here cannot.") % {"name": name, "what": what},
        hint=hint,
        status=422,
        where=Where(column=name),
    )
