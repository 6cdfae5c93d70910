"""The database: its kind and size, its largest tables, and the migrations that it has seen."""

from __future__ import annotations

from pathlib import Path

import msgspec
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.administration.system.standing import Standing

LARGEST = 10


class Table(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    bytes: int


class Database(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    place: str
    """The file, or the host and name; never a password."""
    bytes: int | None
    free_bytes: int | None
    """Inside SQLite's file: filled again before it grows."""
    connections: int | None
    migrations: int
    pending: list[str]
    tables: list[Table]
    """The largest; empty where the database does not tell."""
    standing: Standing


def database() -> Database:
    migrations, pending = _migrations()
    found = _sqlite() if connection.vendor == "sqlite" else _postgresql()
    return msgspec.structs.replace(found, migrations=migrations, pending=pending, standing=_standing(pending))


def _standing(pending: list[str]) -> Standing:
    if not pending:
        return Standing(state="ok", why=_("Its tables are those of this version."))
    return Standing(
        state="bad",
        why=ngettext("%d migration is not applied.", "%d migrations are not applied.", len(pending)) % len(pending),
        remedy=_("Start the server again: `mlops up` applies them."),
    )


def _migrations() -> tuple[int, list[str]]:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return len(executor.loader.applied_migrations), [f"{one.app_label}.{one.name}" for one, _backwards in plan]


def _sqlite() -> Database:
    path = Path(str(settings.DATABASES["default"]["NAME"]))
    with connection.cursor() as cursor:
        page = _number(cursor, "PRAGMA page_size")
        pages, free = _number(cursor, "PRAGMA page_count"), _number(cursor, "PRAGMA freelist_count")
    wal = path.with_name(f"{path.name}-wal")
    return Database(
        kind="SQLite",
        place=str(path),
        bytes=page * pages + (wal.stat().st_size if wal.exists() else 0),
        free_bytes=page * free,
        connections=None,
        migrations=0,
        pending=[],
        tables=[],
        standing=Standing(state="unknown"),
    )


def _postgresql() -> Database:
    about = connection.settings_dict
    with connection.cursor() as cursor:
        size = _number(cursor, "SELECT pg_database_size(current_database())")
        links = _number(cursor, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid) AS size FROM pg_class WHERE relkind = 'r' AND "
            "relnamespace = current_schema()::regnamespace ORDER BY size DESC LIMIT %s",
            [LARGEST],
        )
        tables = [Table(name=name, bytes=bytes_) for name, bytes_ in cursor.fetchall()]
    return Database(
        kind="PostgreSQL",
        place=f"{about['NAME']} at {about['HOST'] or 'localhost'}:{about['PORT'] or 5432}",
        bytes=size,
        free_bytes=None,
        connections=links,
        migrations=0,
        pending=[],
        tables=tables,
        standing=Standing(state="unknown"),
    )


def _number(cursor: object, statement: str) -> int:
    cursor.execute(statement)  # type: ignore[attr-defined]
    return int(cursor.fetchone()[0])  # type: ignore[attr-defined]
