"""DuckDB with the tables of an order as views, and everything else locked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlops.analytics.engine.orders import Order, Seen
from mlops.collected.tables.relations import quoted, text
from mlops.collected.tables.windows import window

TYPES = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "decimal": "DOUBLE",
    "boolean": "BOOLEAN",
    "moment": "TIMESTAMP WITH TIME ZONE",
    "guid": "VARCHAR",
}
SPILL_BYTES = 4 * 1024**3


def opened(order: Order) -> Any:
    import duckdb

    connection = duckdb.connect(":memory:")
    spill = Path(order.folder) / "spill"
    spill.mkdir(exist_ok=True)
    for setting in (
        "TimeZone = 'UTC'",
        "threads = 2",
        f"memory_limit = '{max(64, order.memory_bytes // 2 // 2**20)}MiB'",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "python_enable_replacements = false",
        f"temp_directory = {text(str(spill))}",
        f"max_temp_directory_size = '{SPILL_BYTES // 2**20}MiB'",
        f"allowed_directories = [{text(order.folder)}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")
    for table in order.tables:
        connection.execute(f"CREATE VIEW {quoted(table.name)} AS {_select(table)}")
    return connection


def _select(table: Seen) -> str:
    there, source = _source(table)
    columns = ", ".join(
        f"CAST({quoted(one.path) if there is None or one.path in there else 'NULL'} AS {TYPES[one.kind]})"
        f" AS {quoted(one.name)}"
        for one in table.columns
    )
    return f"SELECT {columns} FROM {source}"


def _source(table: Seen) -> tuple[set[str] | None, str]:
    """The names of its columns (None: all of them), and where they come from."""
    if table.window is not None and table.window.parts:
        from mlops.collected.tables.relations import FIXED

        sql, names = window(table.window)
        return {*FIXED, *names}, f"({sql})"
    if table.files:
        files = ", ".join(text(path) for path in table.files)
        return None, f"read_parquet([{files}], union_by_name = true)"
    return set(), "(SELECT 1 WHERE false)"
