"""`mlops upgrade`: this version's tables for the data of an older one, after a backup; tried on a copy; and back."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from mlops import env
from mlops.env import choose_data_dir
from mlops.formats.refusal import Refusal
from mlops.server.loading import load_django

SHOWN = 5


def define(parser: argparse.ArgumentParser) -> None:
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true", help="only try it, on a copy; the server may go on meanwhile")
    how.add_argument("--back", action="store_true", help="put back the backup that the last upgrade took")
    parser.add_argument("--data-dir", help="where everything is kept (default: MLOPS_DATA_DIR)")
    parser.set_defaults(act=upgrade)


def upgrade(arguments: argparse.Namespace) -> int:
    choose_data_dir(arguments.data_dir)
    from mlops.administration.backups.places import existing_database

    existing_database()  # before the settings are loaded, which would make a data directory
    folder = env.data_dir()
    if arguments.back:
        return _back(folder)
    return _check(folder) if arguments.check else _upgrade(folder)


def _check(folder: Path) -> int:
    from mlops.server import upgrading

    before = upgrading.look(folder)
    if not before.pending:
        return _say_that_nothing_is_due()
    upgrading.require_room(folder, copies=2)
    load_django()
    with tempfile.TemporaryDirectory(dir=folder, prefix=".upgrade-") as scratch:
        tried = upgrading.try_on_copy(Path(scratch))
    print(f"It works on a copy: {_listed(tried.migrations)}, and every row is there.")
    print(f"Backup {tried.backup_seconds:.1f} s, {tried.bytes:,} bytes; migrations {tried.migrate_seconds:.1f} s.")
    print("Stop the server, then: mlops upgrade")
    return 0


def _upgrade(folder: Path) -> int:
    """With the server stopped, which the lock of the data directory holds it to. Steps that were running are begun
    again by the worker that comes next, like those of a worker that died."""
    from mlops.server import lock, upgrading

    with lock.hold(folder, url="an upgrade"):
        before = upgrading.look(folder)
        if not before.pending:
            return _say_that_nothing_is_due()
        upgrading.require_room(folder, copies=1)
        load_django()
        from mlops.administration.backups.writing import take

        taken = take(upgrading.new_backup(folder))
        print(f"{taken.path}: {taken.bytes:,} bytes, what leads back.")
        try:
            upgrading.migrate(folder, before)
        except Refusal as refusal:
            refusal.hint = "Go back by `mlops upgrade --back`, and start the old version; nothing is lost."
            raise
        _record(before.pending, taken.path)
    print(f"Upgraded: {_listed(before.pending)}, and every row is there. `mlops up` starts it.")
    return 0


def _back(folder: Path) -> int:
    from mlops.administration.backups import reading
    from mlops.administration.backups.restoring import restore
    from mlops.server import lock, upgrading

    kept = upgrading.backups_in(folder)
    if not kept:
        raise Refusal(
            "upgrade_unknown",
            f"No upgrade has left a backup in {folder}.",
            hint="Put back one of your own: mlops restore FILE --force",
            status=404,
        )
    about = reading.about(kept[-1])
    with lock.hold(folder, url="an upgrade that is taken back"):
        done = restore(kept[-1], folder, force=True, instead=True)
    print(f"Back at {about.taken_at:%Y-%m-%d %H:%M} UTC, before the upgrade. What came since is in {done.aside}.")
    print("Install the old version before `mlops up`: this one would bring the tables up to date again.")
    return 0


def _say_that_nothing_is_due() -> int:
    print("The tables are those of this version: nothing is to be done.")
    return 0


def _record(migrations: list[str], backup: str) -> None:
    from mlops.events.chain import record

    data = {"migrations": migrations, "backup": backup}
    record(None, "mlops.server.upgraded", subject="server/upgrade", data=data)


def _listed(migrations: list[str]) -> str:
    more = f" and {len(migrations) - SHOWN} more" if len(migrations) > SHOWN else ""
    return f"{len(migrations)} migrations ({', '.join(migrations[:SHOWN])}{more})"
