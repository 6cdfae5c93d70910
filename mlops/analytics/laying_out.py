"""Lays tables out for the child process: parts of collected rows as they are, records written as Parquet piece by
piece."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from mlops.analytics.engine.orders import Seen, SeenColumn
from mlops.analytics.tables.collected import Collected
from mlops.analytics.tables.columns import Table
from mlops.analytics.tables.records import Records
from mlops.collected.reading import USUAL, fetched, label_parts, parts_of
from mlops.collected.tables.orders import Order as Window
from mlops.formats.refusal import Refusal

PIECE_ROWS = 50_000
MOST_ROWS = 5_000_000
TRIES = 3


def collected_rows(
    found: Collected, folder: Path, *, start: datetime | None = None, end: datetime | None = None, deployments: Any = ()
) -> Seen:
    """Parts that may have rows of [start, end) alone are fetched."""
    for attempt in range(TRIES):
        parts = list(parts_of(found.endpoint, deployments=deployments, start=start, end=end))
        labels = list(label_parts(found.endpoint, start))
        place = folder / uuid.uuid4().hex
        try:
            designations = {name for part in parts for name in part.designations}
            window = Window(
                path=str(folder),
                parts=fetched(parts, place),
                labels=fetched(labels, place) if parts else (),
                start=start,
                end=end,
                designations=tuple(dict.fromkeys([*USUAL, *sorted(designations)])),
            )
        except FileNotFoundError:  # parts were put together since they were listed
            if attempt == TRIES - 1:
                raise
            continue
        return Seen(name=found.table.sql_name, columns=_columns(found.table, by_path=True), window=window)
    raise AssertionError("unreachable")


def record_rows(found: Records, rows: Any, folder: Path) -> Seen:
    """`rows`: a queryset of it. Raises Refusal where they are too many."""
    table = found.table
    place = folder / uuid.uuid4().hex
    place.mkdir()
    files: list[str] = []
    piece: list[tuple[Any, ...]] = []
    count = 0
    for row in rows.values_list(*(column.path for column in table.columns)).iterator(chunk_size=PIECE_ROWS):
        piece.append(row)
        if len(piece) == PIECE_ROWS:
            count += len(piece)
            if count > MOST_ROWS:
                raise Refusal(
                    "table_too_large",
                    _("“%(name)s” has more than %(most)d rows.") % {"name": table.name, "most": MOST_ROWS},
                    hint=_("Choose one project, or narrow it by a filter."),
                    status=422,
                )
            files.append(_written(table, piece, place / f"{len(files)}.parquet"))
            piece = []
    if piece or not files:
        files.append(_written(table, piece, place / f"{len(files)}.parquet"))
    return Seen(name=table.sql_name, columns=_columns(table, by_path=False), files=tuple(files))


def _columns(table: Table, *, by_path: bool) -> tuple[SeenColumn, ...]:
    return tuple(SeenColumn(one.name, one.path if by_path else one.name, one.kind) for one in table.columns)


def _written(table: Table, rows: Iterable[tuple[Any, ...]], path: Path) -> str:
    import polars as pl

    types: dict[str, Any] = {
        "string": pl.String,
        "guid": pl.String,
        "integer": pl.Int64,
        "decimal": pl.Float64,
        "boolean": pl.Boolean,
        "moment": pl.Datetime("us", "UTC"),
    }
    values = list(zip(*rows, strict=True)) or [()] * len(table.columns)
    data = {
        column.name: pl.Series(column.name, _plain(given, column.kind), dtype=types[column.kind], strict=False)
        for column, given in zip(table.columns, values, strict=True)
    }
    pl.DataFrame(data).write_parquet(path)
    return str(path)


def _plain(values: Iterable[Any], kind: str) -> list[Any]:
    if kind in ("guid", "string"):
        return [None if one is None else str(one) for one in values]
    return list(values)
