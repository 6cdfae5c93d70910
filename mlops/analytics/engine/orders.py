"""What the child process is asked to do, and what it answers."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from mlops.collected.tables.orders import Order as Window

Form = Literal["rows", "csv", "parquet", "arrow"]


class SeenColumn(msgspec.Struct, frozen=True):
    """`path`: its name in the files; `kind`: one of tables.columns.Kind."""

    name: str
    path: str
    kind: str


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A table that the query may use: of Parquet files, or of collected rows."""

    name: str
    columns: tuple[SeenColumn, ...]
    files: tuple[str, ...] = ()
    window: Window | None = None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """`is_free`: the SQL is a person's. `folder`: where it may write, and spill. `count_sql`: asked beside, by the same
    process; its one number is the result's `total`."""

    folder: str
    tables: tuple[Seen, ...]
    sql: str
    count_sql: str = ""
    form: Form = "rows"
    is_free: bool = False
    most_rows: int
    most_bytes: int
    memory_bytes: int
    cpu_seconds: int


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """`rows` of the form rows; `file` of the others. `types`: DuckDB's names, by column."""

    columns: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    is_cut: bool = False
    """There are more than were asked for, or their bytes are too many."""
    file: str = ""
    count: int = 0
    total: int | None = None
    size_bytes: int = 0
