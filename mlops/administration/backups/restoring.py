"""Restoring a backup: all is read and checked beside its place first; then what was there goes aside, never away."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path
from typing import IO

import msgspec

from mlops.administration.backups import places, postgres, reading
from mlops.administration.backups.about import BLOBS, DATABASES, FILES, About, refuse_newer
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

STAY = {"up.lock", places.UPGRADES}
"""The lock that this restoring holds, and the backups that upgrades took."""


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    found: reading.Found
    aside: str
    """Where that is now which was there; empty: nothing was."""


def restore(path: Path, folder: Path, *, force: bool, instead: bool = False) -> Restored:
    """Into the data directory, which nobody else uses meanwhile, and the database of the settings. `instead`: what a
    PostgreSQL holds now goes aside, into a schema of its own.

    Raises Refusal `backup_damaged`, `backup_newer`, `backup_of_other_database`, `data_dir_not_empty`,
    `database_not_empty`, `disk_full`."""
    about = reading.about(path)
    refuse_newer(about)
    _refuse_other_database(about)
    if about.database == "postgresql" and not instead:
        postgres.refuse_filled(places.postgres_url())
    _refuse_filled(folder, force=force)
    _refuse_small_disk(path, folder)
    stage = folder / places.STAGE
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(mode=0o700)
    try:
        found = reading.read(path, keep=_Staged(stage))
        _drop(stage, found.rotten)
        if about.database == "postgresql":
            _load(stage / DATABASES["postgresql"], instead=instead)
        _fill_other_store(stage)
        aside = _swap(stage, folder)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return Restored(found=found, aside=aside)


class _Staged:
    """Gives the files of a folder that only we know; a name that comes twice is the end of it."""

    def __init__(self, stage: Path) -> None:
        self._stage = stage

    def __call__(self, name: str, mode: int) -> IO[bytes]:
        path = self._stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = 0o444 if name.startswith(BLOBS) else 0o600 | (mode & 0o700)
        return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb")


def _load(dump: Path, *, instead: bool) -> None:
    url = places.postgres_url()
    mark = f"{places.ASIDE}{time.strftime('%Y%m%d-%H%M%S')}"
    with postgres.emptied(url, mark=mark) if instead else contextlib.nullcontext():
        postgres.load(url, dump)


def _refuse_other_database(about: About) -> None:
    here = "sqlite" if places.database_file() else "postgresql"
    if about.database != here:
        wanted = "postgres://… of an empty database" if about.database == "postgresql" else "nothing"
        raise Refusal(
            "backup_of_other_database",
            _("The backup holds a database of %(database)s, and %(here)s is set.")
            % {"database": about.database, "here": here},
            hint=_("Set MLOPS_DATABASE_URL to %(wanted)s, then restore it.") % {"wanted": wanted},
            status=409,
        )


def _refuse_filled(folder: Path, *, force: bool) -> None:
    there = _there(folder) + _outside(folder)
    if there and not force:
        raise Refusal(
            "data_dir_not_empty",
            _("%(folder)s is not empty: %(value)s …")
            % {"folder": folder, "value": ", ".join(sorted(one.name for one in there)[:5])},
            hint=_("Name another one with --data-dir, or use --force: what is there goes into %(aside)sTIME then.")
            % {"aside": places.ASIDE},
            status=409,
        )


def _refuse_small_disk(path: Path, folder: Path) -> None:
    free, needed = shutil.disk_usage(folder).free, path.stat().st_size
    if free < needed:
        raise Refusal(
            "disk_full",
            _("The backup has %(needed)s bytes, and %(free)s are free at %(folder)s.")
            % {"needed": f"{needed:,}", "free": f"{free:,}", "folder": folder},
            hint=_("Free some space, or name another directory with --data-dir."),
            status=507,
        )


def _drop(stage: Path, digests: list[str]) -> None:
    for digest in digests:
        (stage / BLOBS / digest[:2] / digest[2:]).unlink(missing_ok=True)


def _fill_other_store(stage: Path) -> None:
    """By content: what it has already stays as it is."""
    if not places.other_store():
        return
    from mlops.blobs.stores import store

    for path in (stage / BLOBS).glob("??/*"):
        store().take_over(path, path.parent.name + path.name)
    shutil.rmtree(stage / BLOBS, ignore_errors=True)


def _swap(stage: Path, folder: Path) -> str:
    """By renaming within one directory, which may itself be a mounted disk. Ended halfway, nothing is lost."""
    before, aside = _there(folder), folder / f"{places.ASIDE}{time.strftime('%Y%m%d-%H%M%S')}"
    if before:
        aside.mkdir(mode=0o700)
    for path in before:
        os.replace(path, aside / path.name)
    if database := places.database_file():
        _place_database(stage / DATABASES["sqlite"], database, mark=aside.name)
    for path in [stage / BLOBS, *(stage / FILES).glob("*")]:
        with contextlib.suppress(FileNotFoundError):
            os.replace(path, folder / path.name)
    return str(aside) if before else ""


def _place_database(copy: Path, database: Path, *, mark: str) -> None:
    """It may be on another disk than the data directory; what was there stays on its own."""
    database.parent.mkdir(parents=True, exist_ok=True)
    for name in (database.name, f"{database.name}-wal", f"{database.name}-shm"):
        if (old := database.with_name(name)).exists():
            os.replace(old, database.with_name(f"{mark}-{name}"))
    shutil.move(copy, database)


def _there(folder: Path) -> list[Path]:
    names = STAY | {places.STAGE}
    return [one for one in folder.iterdir() if one.name not in names and not one.name.startswith(places.ASIDE)]


def _outside(folder: Path) -> list[Path]:
    database = places.database_file()
    return [database] if database and database.parent != folder and database.exists() else []
