"""The database's tables: what migrations are missing, told by names alone, and how the web process applies them."""

from __future__ import annotations

import pkgutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.db.migrations.operations import RunPython, RunSQL
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import DatabaseError

OURS = ("mlops.", "designer")
CHANGING = 7_301_945
"""The number of the lock that a process holds while it changes the tables of PostgreSQL."""


def pending() -> set[tuple[str, str]]:
    """Application and name of each migration that the database has not seen. No migration is imported."""
    return _shipped() - _applied()


def migrate() -> None:
    """Applies what is pending. It costs nothing when there is nothing."""
    if not pending():
        return
    with alone():
        missing = pending()  # looked at again: another web process may have been first
        if missing:
            _apply(missing)


def wait(*, seconds: float = 120.0) -> None:
    """Returns when the web process has migrated. Raises TimeoutError naming what is missing."""
    deadline = time.monotonic() + seconds
    while missing := pending():
        if time.monotonic() > deadline:
            app, name = min(missing)
            raise TimeoutError(f"The database still lacks {len(missing)} migrations, such as {app} {name}.")
        time.sleep(0.1)


@contextmanager
def alone() -> Iterator[None]:
    """One process at a time changes the tables of PostgreSQL. It lets go of them where it dies as well."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [CHANGING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [CHANGING])


def _apply(missing: set[tuple[str, str]]) -> None:
    if _is_empty() and not _move_data():
        return _create(missing)
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def _create(missing: set[tuple[str, str]]) -> None:
    """Today's tables at once, in one transaction with the record of the migrations that they amount to.

    On an empty database the migrations lead to the same tables; replaying their history takes ten times as long."""
    with connection.schema_editor() as editor:
        for config in _migrated_apps():
            for model in apps.get_app_config(config.label).get_models(include_auto_created=False):
                if model._meta.can_migrate(connection):
                    editor.create_model(model)
        note_applied(missing)
        emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


def note_applied(migrations: set[tuple[str, str]]) -> None:
    """Of tables that are there already."""
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    for app, name in sorted(migrations):
        recorder.record_applied(app, name)


def _is_empty() -> bool:
    return not connection.introspection.table_names()


def _move_data() -> bool:
    """Whether migrations of ours do more than shape tables and carry over rows that are there (which Django calls
    elidable). Those of others act on rows, and there are none yet."""
    return any(
        isinstance(operation, RunPython | RunSQL) and not operation.elidable
        for config in _migrated_apps()
        if config.name.startswith(OURS)
        for name in _names(config)
        for operation in import_module(f"{config.name}.migrations.{name}").Migration.operations
    )


def _shipped() -> set[tuple[str, str]]:
    return {(config.label, name) for config in _migrated_apps() for name in _names(config)}


def _migrated_apps() -> list[AppConfig]:
    return [config for config in apps.get_app_configs() if _names(config)]


def _names(config: AppConfig) -> list[str]:
    try:
        spec = find_spec(f"{config.name}.migrations")
    except ModuleNotFoundError:
        return []
    folders = list(spec.submodule_search_locations or []) if spec else []
    return [module.name for module in pkgutil.iter_modules(folders) if module.name[0] not in "_~"]


def _applied() -> set[tuple[str, str]]:
    try:
        return set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError:
        return set()
