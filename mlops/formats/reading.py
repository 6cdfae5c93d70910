"""How a file is read into a table: what was sniffed, and what a person corrected."""

from __future__ import annotations

from typing import Literal

import msgspec

from mlops.formats.table import ColumnType


class ReadColumn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`include` false leaves the column out."""

    name: str
    type: ColumnType
    include: bool = True
    date_format: str = ""
    """Of a date: `iso`, or strptime's form such as `%d.%m.%Y` (a time may follow); empty: what fits the first rows."""


class Reading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of Parquet, only `columns` counts; a zip archive is kept as it is; the file of a stand-in names
    what is to be made (mlops.datasets.standins). `decimal_comma`: 1.234,5 means 1234.5."""

    format: Literal["csv", "parquet", "zip", "standin"]
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    header: bool = True
    decimal_comma: bool = False
    skip_rows: int = 0
    missing_values: tuple[str, ...] = ("", "?", "NA", "NaN", "null")
    columns: tuple[ReadColumn, ...] = ()
