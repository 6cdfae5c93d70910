"""What a text is: a whole number, a decimal, true or false, a date, or just a text. Pure Python, for samples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from mlops.formats.reading import Reading
from mlops.formats.table import ColumnType

INTEGER = re.compile(r"[+-]?\d{1,18}")
LEADING_ZERO = re.compile(r"[+-]?0\d+")
DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
DECIMAL_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)?(,\d+)?([eE][+-]?\d{1,3})?")
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?\s?(Z|[+-]\d\d:?\d\d)?)?")
TRUE = ("true", "yes", "t", "y", "1")
FALSE = ("false", "no", "f", "n", "0")
DAY_FORMATS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%d %b %Y", "%b %d, %Y")
TIME_FORMATS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f")
DATE_FORMATS = ("iso", *DAY_FORMATS)
WORDS: dict[ColumnType, str] = {
    "integer": "a whole number",
    "decimal": "a number",
    "boolean": "true or false",
    "date": "a date",
    "string": "a text",
}


def guess_type(values: Sequence[str], *, decimal_comma: bool) -> tuple[ColumnType, str]:
    """Type and date format that fit every value; `values` has no missing ones. A column without a value is a string."""
    if not values:
        return "string", ""
    if all(value.lower() in ("true", "false") for value in values):
        return "boolean", ""
    if not any(LEADING_ZERO.fullmatch(value) for value in values):
        if all(INTEGER.fullmatch(value) for value in values):
            return "integer", ""
        if all(is_number(value, decimal_comma=decimal_comma) for value in values):
            return "decimal", ""
    formats = date_formats(values)
    return ("date", formats[0]) if formats else ("string", "")


def fits(value: str, type_: ColumnType, *, reading: Reading, date_format: str = "") -> bool:
    if type_ == "string" or not value:
        return True
    if type_ == "boolean":
        return value.lower() in (*TRUE, *FALSE)
    if type_ == "integer":
        return bool(INTEGER.fullmatch(value))
    if type_ == "decimal":
        return is_number(value, decimal_comma=reading.decimal_comma)
    return is_date(value, date_format) if date_format else bool(date_formats([value]))


def is_number(value: str, *, decimal_comma: bool) -> bool:
    pattern = DECIMAL_COMMA if decimal_comma else DECIMAL
    return bool(pattern.fullmatch(value)) and any(mark.isdigit() for mark in value)


def date_formats(values: Iterable[str]) -> list[str]:
    """The formats that fit every value, day before month first."""
    values = list(values)
    return [one for one in DATE_FORMATS if values and all(is_date(value, one) for value in values)]


def is_date(value: str, date_format: str) -> bool:
    if date_format == "iso":
        return bool(ISO_DATE.fullmatch(value)) and _parses(value[:10], "%Y-%m-%d")
    return len(value) <= 32 and any(_parses(value, date_format + time) for time in TIME_FORMATS)


def _parses(value: str, pattern: str) -> bool:
    try:
        datetime.strptime(value, pattern)
    except ValueError:
        return False
    return True
