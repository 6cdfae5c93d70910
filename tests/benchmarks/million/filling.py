"""Many rows of one model at once: COPY on PostgreSQL, one prepared INSERT on SQLite. What a row does not name is as the
model's defaults have it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model

AT_ONCE = 50_000


def fill(model: type[Model], names: Sequence[str], rows: Iterable[tuple[Any, ...]], **same: Any) -> None:
    """`names` are attributes, such as `project_id`; a key that the database counts is left to it."""
    began = time.perf_counter()
    template = model(**same)
    fields = [field for field in model._meta.concrete_fields if not (field.primary_key and field.attname not in names)
              and not field.generated]  # fmt: skip
    given = {name: place for place, name in enumerate(names)}
    unknown = set(given) - {field.attname for field in fields}
    assert not unknown, unknown
    columns = [field.column for field in fields]
    usual = [None if field.attname in given else _usual(field, template) for field in fields]
    own = [(column, given[field.attname]) for column, field in enumerate(fields) if field.attname in given]

    def converted() -> Iterator[list[Any]]:
        for row in rows:
            made = usual.copy()
            for column, place in own:
                made[column] = _plain(row[place])
            yield made

    with transaction.atomic(), connection.cursor() as cursor:
        write = _copied if connection.vendor == "postgresql" else _inserted
        count = write(cursor, model._meta.db_table, columns, converted())
    seconds = time.perf_counter() - began
    print(f"  {model._meta.label:32} {count:10,} rows {seconds:6.1f} s", flush=True)


@contextmanager
def unsafe_and_fast() -> Iterator[None]:
    """SQLite without care for a crash meanwhile: the file is thrown away then."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-1500000")
            cursor.execute("PRAGMA foreign_keys=OFF")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _usual(field: Any, template: Model) -> Any:
    return _plain(field.get_db_prep_save(field.pre_save(template, True), connection))


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int or kind is float or value is None:
        return value
    if kind is UUID:
        return value.hex if connection.vendor == "sqlite" else value
    if kind is datetime:
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if connection.vendor == "sqlite" else value
    if kind is dict or kind is list:
        return json.dumps(value)
    adapted = getattr(value, "obj", value)
    return json.dumps(adapted) if isinstance(adapted, dict | list) else adapted


def _copied(cursor: Any, table: str, columns: list[str], rows: Iterator[list[Any]]) -> int:
    named, count = ", ".join(f'"{one}"' for one in columns), 0
    with cursor.copy(f'COPY "{table}" ({named}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def _inserted(cursor: Any, table: str, columns: list[str], rows: Iterator[list[Any]]) -> int:
    named, count = ", ".join(f'"{one}"' for one in columns), 0
    words = f'INSERT INTO "{table}" ({named}) VALUES ({", ".join("?" * len(columns))})'
    while part := list(islice(rows, AT_ONCE)):
        cursor.connection.executemany(words, part)
        count += len(part)
    return count
