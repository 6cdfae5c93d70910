"""Collected requests laid out as rows, one sheet for each part that they will be; a sheet becomes a Parquet file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from mlops.collected.columns import as_type, type_of
from mlops.formats.collection import AT, CORRELATION_ID, REQUEST_ID, ROW
from mlops.formats.spool import LABELS

DEPLOYMENT, MODEL, IS_MIRRORED = "deployment", "model", "is_mirrored"
KEY, DESIGNATIONS = "$key", "$designations"
FIXED = (REQUEST_ID, CORRELATION_ID, ROW, AT, DEPLOYMENT, MODEL, IS_MIRRORED)
"""Columns that every part has, beside `$key` and `$designations`; the others begin with their designation and a dot."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `values`: by designation the columns, by column a value a row."""

    request_id: str
    correlation_id: str
    at: datetime
    """UTC."""
    deployment: str
    model: str
    key: int
    """64 bits, signed: entries of one deployment with the same key are the same."""
    values: Mapping[str, Mapping[str, Sequence[Any]]]
    is_mirrored: bool = False
    first_row: int = 0
    """Of the request: the place of the first of these rows."""

    @property
    def row_count(self) -> int:
        return max((len(v) for columns in self.values.values() for v in columns.values()), default=0)


class Key(NamedTuple):
    kind: str
    day: date
    deployment: str
    model: str
    designations: tuple[str, ...]
    """Sorted."""


class Sheet:
    """Grows by entries. A column that comes later is missing in the rows before."""

    def __init__(self) -> None:
        self.request_ids: list[str] = []
        self.correlation_ids: list[str] = []
        self.rows: list[int] = []
        self.at: list[datetime] = []
        self.keys: list[int] = []
        self.mirrored: list[bool] = []
        self.columns: dict[str, list[Any]] = {}
        self.requests = 0

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, entry: Entry, designations: Iterable[str]) -> None:
        before, count = len(self), entry.row_count
        self.requests += 1
        self.request_ids += [entry.request_id] * count
        self.correlation_ids += [entry.correlation_id] * count
        self.rows += range(entry.first_row, entry.first_row + count)
        self.at += [entry.at] * count
        self.keys += [entry.key] * count
        self.mirrored += [entry.is_mirrored] * count
        for designation in designations:
            for name, values in entry.values.get(designation, {}).items():
                column = self.columns.setdefault(f"{designation}.{name}", [])
                column += [None] * (before - len(column))
                column += values
        for column in self.columns.values():
            column += [None] * (len(self) - len(column))

    def minutes(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for at in self.at:
            minute = str(at.hour * 60 + at.minute)
            found[minute] = found.get(minute, 0) + 1
        return found

    def types(self) -> dict[str, str]:
        return {name: type_of(values) for name, values in self.columns.items()}

    def last(self, most: int) -> list[dict[str, Any]]:
        """Newest first, as JSON can hold them."""
        return [self._row(place) for place in range(len(self) - 1, max(-1, len(self) - 1 - most), -1)]

    def _row(self, place: int) -> dict[str, Any]:
        fixed = {
            REQUEST_ID: self.request_ids[place],
            CORRELATION_ID: self.correlation_ids[place],
            ROW: self.rows[place],
            AT: self.at[place].isoformat(),
        }
        return fixed | {name: _plain(values[place]) for name, values in self.columns.items()}


def laid_out(entries: Sequence[Entry]) -> dict[Key, Sheet]:
    """Labels have sheets of their own."""
    sheets: dict[Key, Sheet] = {}
    for entry in entries:
        day = entry.at.astimezone(UTC).date()
        others = tuple(sorted(name for name in entry.values if name != LABELS))
        if others:
            key = Key("rows", day, entry.deployment, entry.model, others)
            sheets.setdefault(key, Sheet()).add(entry, others)
        if LABELS in entry.values:
            key = Key("labels", day, entry.deployment, "", (LABELS,))
            of_request = entry
            if entry.request_id:
                of_request = msgspec.structs.replace(entry, correlation_id="")  # others may share that
            sheets.setdefault(key, Sheet()).add(of_request, (LABELS,))
    return {key: sheet for key, sheet in sheets.items() if len(sheet)}


def write_sheet(key: Key, sheet: Sheet, place: Path) -> None:
    import polars as pl

    moment = pl.Datetime("us", "UTC")
    constant = ((DEPLOYMENT, key.deployment), (MODEL, key.model), (DESIGNATIONS, " ".join(key.designations)))
    fixed = [
        pl.Series(REQUEST_ID, sheet.request_ids, dtype=pl.String),
        pl.Series(CORRELATION_ID, sheet.correlation_ids, dtype=pl.String),
        pl.Series(ROW, sheet.rows, dtype=pl.Int32),
        pl.Series(AT, sheet.at, dtype=moment),
        *(pl.Series(name, [text], dtype=pl.String).new_from_index(0, len(sheet)) for name, text in constant),
        pl.Series(IS_MIRRORED, sheet.mirrored, dtype=pl.Boolean),
        pl.Series(KEY, sheet.keys, dtype=pl.Int64),
    ]
    kinds: dict[str, Any] = {
        "boolean": pl.Boolean(),
        "integer": pl.Int64(),
        "decimal": pl.Float64(),
        "string": pl.String(),
        "date": moment,
    }
    types = sheet.types()
    columns = [
        pl.Series(name, as_type(values, types[name]), dtype=kinds[types[name]])  # type: ignore[arg-type]
        for name, values in sheet.columns.items()
    ]
    pl.DataFrame([*fixed, *columns]).write_parquet(place, compression="zstd", compression_level=1)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value != value:
        return None
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return msgspec.json.encode(value, enc_hook=str).decode()
