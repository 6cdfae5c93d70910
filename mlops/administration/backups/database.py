"""A copy of the database as it is at one instant, while others write to it, and what that copy names."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

from mlops.administration.backups import places, postgres
from mlops.administration.backups.about import DATABASES
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

OURS = ("mlops.", "designer")


class Copy(NamedTuple):
    kind: Literal["sqlite", "postgresql"]
    path: Path
    cursor: Any
    """Of the copy's state; open as long as the copy is."""

    def migrations(self) -> list[str]:
        """Our own, as `package.name`."""
        from django.apps import apps

        packages = {one.label: one.name for one in apps.get_app_configs() if one.name.startswith(OURS)}
        self.cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        return [f"{packages[app]}.{name}" for app, name in self.cursor.fetchall() if app in packages]

    def blobs(self) -> Iterator[str]:
        """The digests of all that it names, in their order."""
        self.cursor.execute("SELECT digest FROM blobs_blob ORDER BY digest")
        while rows := self.cursor.fetchmany(1_000):
            yield from (digest for (digest,) in rows)


@contextmanager
def copied(folder: Path) -> Iterator[Copy]:
    """Into `folder`. Raises Refusal `database_missing`, `database_damaged`, `database_program_missing`."""
    file = places.existing_database()
    if file is None:
        path = folder / DATABASES["postgresql"]
        with postgres.dumped(places.postgres_url(), path) as cursor:
            yield Copy("postgresql", path, cursor)
        return
    path = folder / DATABASES["sqlite"]
    copy_sqlite(file, path)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as link:
        yield Copy("sqlite", path, link.cursor())


def copy_sqlite(file: Path, path: Path) -> None:
    """By the online backup in one step: one snapshot, which writers neither change nor wait for (their journal is a
    write-ahead log)."""
    with closing(sqlite3.connect(file, timeout=20)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target, pages=-1)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        found = target.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise Refusal(
            "database_damaged",
            _("The database %(file)s is damaged: %(found)s") % {"file": file, "found": found},
            hint=_("Restore the last backup; keep this file for its rescue."),
        )
