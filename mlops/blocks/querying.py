"""Runs a user's query in DuckDB, which sees the given tables and nothing else: no files, no network, bounded memory.

While drawing, the query is only bound to empty tables, which tells its columns and its faults. See
docs/decisions for the dialect and the limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops.confinement.room import room_bytes
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext
from mlops.formats.table import Column, ColumnType, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.values import Table

LONGEST_QUERY = 100_000
LEAST_MEMORY, MEMORY_SHARE = 128 * 2**20, 0.35
_TYPES: dict[ColumnType, str] = {
    "integer": "BIGINT",
    "decimal": "DOUBLE",
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "date": "TIMESTAMP",
}
_WHOLE = re.compile(r"^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$")
_DECIMAL = re.compile(r"^(DOUBLE|FLOAT|DECIMAL.*)$")
_DATE = re.compile(r"^(DATE|TIMESTAMP.*)$")
_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)


class QueryError(ValueError):
    def __init__(self, message: str, *, hint: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.hint = hint or "Correct the query. Tables are called t1, t2, t3; names with blanks stand in double quotes."
        self.line = line


def described(query: str, tables: Mapping[str, TableSchema]) -> tuple[Column, ...] | None:
    """The columns that the query gives, from the schemas of its tables. Raises QueryError."""
    import duckdb

    query = _single_select(query)
    with duckdb.connect(":memory:") as database:
        _lock(database, memory_bytes=LEAST_MEMORY, folder=None)
        try:
            for name, schema in tables.items():
                columns = ", ".join(f"{_quoted(column.name)} {_TYPES[column.type]}" for column in schema.columns)
                database.execute(f"CREATE TABLE {name} ({columns})")
            found = database.execute(f"DESCRIBE {query}").fetchall()
        except duckdb.Error as error:
            raise _told(error, tables) from None
    return tuple(Column(name=row[0], type=_type(row[1])) for row in _distinct(found))


def queried(query: str, tables: Mapping[str, Table], *, work_dir: Path, seed: int) -> Path:
    """The folder of the result, a table without its description. Raises QueryError.

    Tables and result are Parquet files, so that neither need fit in memory; nor need what the query gathers."""
    import duckdb

    from mlops.formats.kept import DATA_FILE

    query, folder = _single_select(query), (work_dir / "query").absolute()
    (folder / "spill").mkdir(parents=True, exist_ok=True)
    files = {name: table.file(folder / name) for name, table in tables.items()}
    result = folder / "result" / DATA_FILE
    result.parent.mkdir(exist_ok=True)
    with duckdb.connect(":memory:") as database:
        _lock(database, memory_bytes=_bearable_memory(), folder=folder, files=files.values())
        try:
            for name, file in files.items():
                database.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({_text(str(file))})")
            database.execute(f"SELECT setseed({seed % 1000 / 1000})")
            found = _distinct(database.execute(f"DESCRIBE {query}").fetchall())
            columns = ", ".join(
                f"CAST({_quoted(row[0])} AS {_TYPES[_type(row[1])]}) AS {_quoted(row[0])}" for row in found
            )
            database.execute(f"COPY (SELECT {columns} FROM ({query}\n)) TO {_text(str(result))} (FORMAT parquet)")
        except duckdb.Error as error:
            raise _told(error, {name: table.schema for name, table in tables.items()}) from None
    return result.parent


def _lock(database: Any, *, memory_bytes: int, folder: Path | None, files: Iterable[Path] = ()) -> None:
    """One thread, so that equal queries give equal rows in equal order."""
    database.execute("SET threads = 1")
    database.execute(f"SET memory_limit = '{memory_bytes // 2**20}MiB'")
    database.execute("SET autoinstall_known_extensions = false")
    database.execute("SET autoload_known_extensions = false")
    if folder is not None:
        database.execute(f"SET temp_directory = {_text(str(folder / 'spill'))}")
        database.execute(f"SET allowed_directories = [{_text(str(folder))}]")
        database.execute(f"SET allowed_paths = [{', '.join(_text(str(file.absolute())) for file in files)}]")
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")


def _bearable_memory() -> int:
    """Of what the step may still take; the rest is for what DuckDB does not count."""
    return max(LEAST_MEMORY, int(room_bytes() * MEMORY_SHARE))


def _single_select(query: str) -> str:
    """The query without its final semicolon; QueryError where it is not exactly one select."""
    import duckdb

    if len(query) > LONGEST_QUERY:
        raise QueryError(f"The query has {len(query):,} characters, more than {LONGEST_QUERY:,}.")
    try:
        with duckdb.connect(":memory:") as database:
            statements = database.extract_statements(query)
    except duckdb.Error as error:
        raise _told(error, {}) from None
    if len(statements) != 1:
        raise QueryError(f"There are {len(statements)} statements.", hint=gettext("Write one select."))
    if statements[0].type != duckdb.StatementType.SELECT:
        kind = statements[0].type.name.lower()
        raise QueryError(
            f"The statement is a {kind}, not a select.", hint=gettext("Write one select; it may begin with with.")
        )
    return statements[0].query.strip().rstrip(";")


def _told(error: Exception, tables: Mapping[str, TableSchema]) -> QueryError:
    """DuckDB's words, with its line, and the nearest column where one is unknown."""
    text = str(error)
    line = _LINE.search(text)
    message = " ".join(text.split("\nLINE")[0].split()).rstrip(".")
    unknown = re.search(r'column "([^"]+)"', message)
    names = [column.name for table in tables.values() for column in table.columns]
    hint = nearest(unknown[1], names) if unknown else ""
    if "Permission Error" in message or "disabled" in message:
        hint = gettext("A query sees its tables t1, t2 and t3 only, no files and no network.")
    place = f"Line {line[1]}: " if line else ""
    return QueryError(f"{place}{message}.", hint=hint, line=int(line[1]) if line else None)


def _type(name: str) -> ColumnType:
    if _WHOLE.match(name):
        return "integer"
    if _DECIMAL.match(name):
        return "decimal"
    if name == "BOOLEAN":
        return "boolean"
    return "date" if _DATE.match(name) else "string"


def _distinct(found: list[Any]) -> list[Any]:
    names = [row[0] for row in found]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise QueryError(
            f"Two columns of the result are named '{repeated}'.",
            hint=gettext("Give one of them another name with “as”."),
        )
    return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
