"""Reads a table that was typed in: CSV, TSV, ARFF or SVMLight. Needs no library, so it can be done while drawing."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlops.formats.spoken import gettext
from mlops.formats.table import Column, ColumnType

LONGEST = 2_000_000
MOST_FEATURES = 10_000
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?$")
_WHOLE = re.compile(r"^[+-]?\d{1,18}$")


class EntryError(ValueError):
    def __init__(self, message: str, *, hint: str = "", line: int | None = None) -> None:
        super().__init__(f"Line {line}: {message}" if line else message)
        self.hint = hint or "Correct the text, or choose another format."
        self.line = line


@dataclass(frozen=True, kw_only=True)
class Entry:
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Any]]
    """Values in the types of the columns; None is missing."""


def read_entry(text: str, *, format: str, has_header: bool) -> Entry:
    """Raises EntryError with the line."""
    if len(text) > LONGEST:
        message = gettext("The text has %(count)s characters, more than %(longest)s.") % {
            "count": f"{len(text):,}",
            "longest": f"{LONGEST:,}",
        }
        raise EntryError(message, hint=gettext("Upload it as a dataset."))
    if format == "arff":
        return _arff(text)
    if format == "svmlight":
        return _svmlight(text)
    return _separated(text, "\t" if format == "tsv" else ",", has_header=has_header)


def _separated(text: str, delimiter: str, *, has_header: bool) -> Entry:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        numbered = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise EntryError(
            f"{error}.", hint=gettext("Put quotes around the whole value."), line=reader.line_num
        ) from None
    if not numbered:
        raise EntryError("There are no rows.", hint=gettext("Type one row in a line."))
    width = len(numbered[0][1])
    for line, row in numbered:
        if len(row) != width:
            message = gettext("%(count)s values, but the first line has %(width)s.") % {
                "count": len(row),
                "width": width,
            }
            raise EntryError(message, hint=gettext("Put values that contain the separator in quotes."), line=line)
    names = [name.strip() for name in numbered[0][1]] if has_header else [f"Col{n + 1}" for n in range(width)]
    _require_names(names)
    return _typed(names, [row for _, row in (numbered[1:] if has_header else numbered)])


def _require_names(names: list[str]) -> None:
    for place, name in enumerate(names):
        if not name:
            raise EntryError(
                f"Column {place + 1} has no name.", hint=gettext("Name it, or turn Has header off."), line=1
            )
        if name in names[:place]:
            raise EntryError(f"Two columns are named '{name}'.", hint=gettext("Rename one of them."), line=1)


def _typed(names: list[str], rows: list[list[str]]) -> Entry:
    texts = [[value.strip() or None for value in column] for column in zip(*rows, strict=True)] or [[] for _ in names]
    types = [_type_of([value for value in column if value is not None]) for column in texts]
    values = [
        [None if text is None else _value(text, type_) for text in column]
        for column, type_ in zip(texts, types, strict=True)
    ]
    columns = tuple(Column(name=name, type=type_) for name, type_ in zip(names, types, strict=True))
    return Entry(columns=columns, rows=list(zip(*values, strict=True)))


def _type_of(texts: list[str]) -> ColumnType:
    if not texts:
        return "string"
    if all(text.lower() in ("true", "false") for text in texts):
        return "boolean"
    if all(_WHOLE.match(text) for text in texts):
        return "integer"
    if all(_is_number(text) for text in texts):
        return "decimal"
    return "date" if all(_is_date(text) for text in texts) else "string"


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and "_" not in text
    except ValueError:
        return False


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.match(text)) and datetime.fromisoformat(text) is not None
    except ValueError:
        return False


def _value(text: str, type_: ColumnType) -> Any:
    if type_ == "boolean":
        return text.lower() == "true"
    if type_ == "date":
        return datetime.fromisoformat(text)
    return {"integer": int, "decimal": float}.get(type_, str)(text)


_ATTRIBUTE = re.compile(r"""^@attribute\s+('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S+)\s+(.+?)\s*$""", re.IGNORECASE)
_ARFF_TYPES: dict[str, ColumnType] = {"numeric": "decimal", "real": "decimal", "integer": "integer", "string": "string"}


def _arff(text: str) -> Entry:
    columns: list[Column] = []
    rows: list[list[Any]] = []
    in_data = False
    for line, content in _lines(text, "%"):
        if in_data:
            rows.append(_arff_row(content, columns, line))
        elif content.lower().startswith("@attribute"):
            columns.append(_attribute(content, line))
        elif content.lower().startswith("@data"):
            in_data = True
        elif not content.lower().startswith("@relation"):
            message = gettext("'%(content)s' is neither @relation, @attribute nor @data.") % {"content": content[:40]}
            raise EntryError(message, line=line)
    if not in_data or not columns:
        raise EntryError("An ARFF text needs @attribute lines and then @data.", hint=gettext("Or choose CSV."))
    _require_names([column.name for column in columns])
    return Entry(columns=tuple(columns), rows=rows)


def _attribute(content: str, line: int) -> Column:
    matched = _ATTRIBUTE.match(content)
    if matched is None:
        raise EntryError(
            "An attribute needs a name and a type.", hint=gettext("Such as: @attribute price numeric"), line=line
        )
    name, kind = _unquoted(matched[1]), matched[2]
    if kind.startswith("{"):
        return Column(name=name, type="string", categorical=True)
    if kind.lower().startswith("date"):
        return Column(name=name, type="date")
    if kind.lower() not in _ARFF_TYPES:
        hint = gettext("Types are numeric, integer, real, string, date, or {a, b}.")
        raise EntryError(f"'{kind}' is no type.", hint=hint, line=line)
    return Column(name=name, type=_ARFF_TYPES[kind.lower()])


def _arff_row(content: str, columns: list[Column], line: int) -> list[Any]:
    if content.startswith("{"):
        return _sparse_row(content, columns, line)
    texts = next(csv.reader([content], quotechar="'" if "'" in content else '"', skipinitialspace=True))
    if len(texts) != len(columns):
        raise EntryError(f"{len(texts)} values for {len(columns)} attributes.", line=line)
    return [_arff_value(text, column, line) for text, column in zip(texts, columns, strict=True)]


def _sparse_row(content: str, columns: list[Column], line: int) -> list[Any]:
    """Values that are not written are 0; of text, missing."""
    zero = {"integer": 0, "decimal": 0.0}
    row: list[Any] = [zero.get(column.type) for column in columns]
    for part in content.strip("{} ").split(","):
        place, _, text = part.strip().partition(" ")
        if not place.isdecimal() or int(place) >= len(columns):
            raise EntryError(f"'{part.strip()}' is no place and value.", line=line)
        row[int(place)] = _arff_value(text, columns[int(place)], line)
    return row


def _arff_value(text: str, column: Column, line: int) -> Any:
    text = _unquoted(text.strip())
    if text in ("?", ""):
        return None
    try:
        if column.type == "date":
            return datetime.fromisoformat(text).replace(tzinfo=None)
        return _value(text, column.type)
    except ValueError:
        raise EntryError(f"'{text}' is no {column.type} value for '{column.name}'.", line=line) from None


def _svmlight(text: str) -> Entry:
    """A label and `place:value` pairs; places count from 1, values that are not written are 0."""
    labels: list[float] = []
    cells: list[dict[int, float]] = []
    for line, content in _lines(text, "#"):
        first, *pairs = content.split("#")[0].split()
        labels.append(_svm_number(first, line))
        cells.append(dict(_svm_pair(pair, line) for pair in pairs if not pair.startswith("qid:")))
    if not labels:
        raise EntryError("There are no rows.", hint=gettext("Such as: 1 3:0.5 7:2"))
    width = max((max(row, default=0) for row in cells), default=0)
    whole = all(label.is_integer() for label in labels)
    label = Column(name="Labels", type="integer" if whole else "decimal", role="label")
    features = tuple(Column(name=f"Col{place}", type="decimal") for place in range(1, width + 1))
    rows = [
        [int(value) if whole else value, *(row.get(place, 0.0) for place in range(1, width + 1))]
        for value, row in zip(labels, cells, strict=True)
    ]
    return Entry(columns=(label, *features), rows=rows)


def _svm_pair(pair: str, line: int) -> tuple[int, float]:
    place, colon, number = pair.partition(":")
    if not colon or not place.isdecimal() or not 1 <= int(place) <= MOST_FEATURES:
        message = gettext("'%(pair)s' is no place and value with a place from 1 to %(most_features)s.") % {
            "pair": pair,
            "most_features": f"{MOST_FEATURES:,}",
        }
        raise EntryError(message, hint=gettext("Such as: 1 3:0.5 7:2"), line=line)
    return int(place), _svm_number(number, line)


def _svm_number(text: str, line: int) -> float:
    if not _is_number(text):
        raise EntryError(f"'{text}' is no number.", hint=gettext("Such as: 1 3:0.5 7:2"), line=line)
    return float(text)


def _lines(text: str, comment: str) -> Iterator[tuple[int, str]]:
    for number, content in enumerate(text.splitlines(), 1):
        content = content.strip()
        if content and not content.startswith(comment):
            yield number, content


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if quoted else text
