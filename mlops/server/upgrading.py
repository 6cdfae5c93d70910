"""Bringing a server's tables up to date: each step in a process of its own, on the server's data or on a copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import msgspec

from mlops.administration.backups import places, postgres
from mlops.formats.refusal import Refusal

OF_DATABASE = ("MLOPS_DATABASE_URL", "MLOPS_DATABASE_URL_FILE")
CHILD = ("-m", "mlops.server.upgrading_child")


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """`pending`: migrations; `rows`: how many there are of what people would miss first; `problem`: what the database
    finds wrong with itself, or the audit trail, or an empty text."""

    pending: list[str]
    rows: dict[str, int]
    problem: str = ""


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """`bytes`: of the backup; the copy took as much again."""

    migrations: list[str]
    backup_seconds: float
    restore_seconds: float
    migrate_seconds: float
    bytes: int


def try_on_copy(scratch: Path) -> Tried:
    """In an empty folder; the server may go on. Raises Refusal `copy_impossible`, `upgrade_fails`, and those of taking
    a backup."""
    from mlops.administration.backups.writing import take

    backup, folder = scratch / "server.tar", scratch / "data"
    times = [time.monotonic()]
    taken = take(backup)
    times.append(time.monotonic())
    with _database_of_a_copy() as url:
        child(folder, "-m", "mlops.client.main", "restore", str(backup), copy=url)
        times.append(time.monotonic())
        before = look(folder, copy=url)
        migrate(folder, before, copy=url)
        times.append(time.monotonic())
    first, second, third = (later - sooner for sooner, later in pairwise(times))
    return Tried(
        migrations=before.pending,
        backup_seconds=first,
        restore_seconds=second,
        migrate_seconds=third,
        bytes=taken.bytes,
    )


@contextmanager
def _database_of_a_copy() -> Iterator[str]:
    """Its address; empty for SQLite, whose file lies in the copy's folder."""
    if places.database_file() is not None:
        yield ""
        return
    with postgres.copy_for_a_while(places.postgres_url()) as url:
        yield url


def migrate(folder: Path, before: Look, *, copy: str | None = None) -> None:
    """Raises Refusal `upgrade_fails`, also where rows that were there are gone."""
    child(folder, *CHILD, "migrate", copy=copy)
    after = look(folder, copy=copy)
    lost = [
        f"{table} had {count} rows and has {after.rows.get(table, 0)}"
        for table, count in before.rows.items()
        if after.rows.get(table, 0) < count
    ]
    if wrong := [*(f"{one} is not applied" for one in after.pending[:3]), *filter(None, [after.problem]), *lost]:
        raise failed("; ".join(wrong))


def look(folder: Path, *, copy: str | None = None) -> Look:
    return msgspec.json.decode(child(folder, *CHILD, "look", copy=copy), type=Look)


def child(folder: Path, *words: str, copy: str | None = None) -> str:
    """What a process with this data directory prints. `copy`: the address of a copy's database, or empty where it is in
    that directory."""
    environment = os.environ | {"MLOPS_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "mlops.settings"}
    if copy is not None:
        for name in OF_DATABASE:
            environment.pop(name, None)
        environment |= {"MLOPS_DATABASE_URL": copy} if copy else {}
    done = subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise failed(" ".join(done.stderr.split())[-600:] or f"exit status {done.returncode}")
    return done.stdout


def failed(what: str) -> Refusal:
    return Refusal("upgrade_fails", f"The upgrade fails: {what}", status=500)


def backups_in(folder: Path) -> list[Path]:
    """Those that upgrades took, the newest last."""
    return sorted((folder / places.UPGRADES).glob("*.tar"))


def new_backup(folder: Path) -> Path:
    place = folder / places.UPGRADES
    place.mkdir(mode=0o700, exist_ok=True)
    return place / f"{time.strftime('%Y%m%d-%H%M%S')}.tar"


def require_room(folder: Path, *, copies: int) -> None:
    """For so many copies of the data directory. Raises Refusal `disk_full`."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    needed = copies * sum(path.stat().st_size for path in files)
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise Refusal(
            "disk_full",
            f"This takes up to {needed:,} bytes, and {free:,} are free at {folder}.",
            hint=f"Free some space, or remove old backups from {folder / places.UPGRADES}.",
            status=507,
        )
