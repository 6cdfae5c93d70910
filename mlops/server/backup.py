"""`mlops backup` and `mlops restore`: database and files together in one file, and back."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from mlops import env
from mlops.env import choose_data_dir, usable
from mlops.formats.refusal import Refusal
from mlops.server.loading import load_django

if TYPE_CHECKING:
    from mlops.administration.backups.reading import Found
    from mlops.administration.backups.writing import Taken

TOLD_NAMES = 5


def define_backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="what to write; packed if it ends in .gz; a folder: a name by time"
    )
    parser.add_argument("--data-dir", help="where everything is kept (default: MLOPS_DATA_DIR)")
    parser.add_argument("--verify", action="store_true", help="only check a backup: every member by its SHA-256")
    parser.add_argument("--no-secret-key", action="store_true", help="leave out the key that opens stored secrets")
    parser.set_defaults(act=backup)


def define_restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a backup")
    parser.add_argument("--data-dir", help="where to put it (default: MLOPS_DATA_DIR); empty, or with --force")
    parser.add_argument("--force", action="store_true", help="what is there is moved aside, and stays")
    parser.set_defaults(act=restore)


def backup(arguments: argparse.Namespace) -> int:
    """While the server runs or not. Exit status 1 where the store had lost files that the database names."""
    path = Path(arguments.file).expanduser().absolute()
    choose_data_dir(arguments.data_dir)
    if arguments.verify:
        return _verify(path)
    from mlops.administration.backups.places import existing_database

    existing_database()  # before the settings are loaded, which would make a data directory
    if path.is_dir():
        path = path / f"mlops-{time.strftime('%Y%m%d-%H%M%S')}.tar"
    load_django()
    from mlops.administration.backups.writing import take

    taken = take(path, secret_key=not arguments.no_secret_key)
    _record(taken)
    _tell_taken(taken)
    return 1 if taken.missing else 0


def restore(arguments: argparse.Namespace) -> int:
    """With the server stopped, which the lock of the data directory holds it to."""
    choose_data_dir(arguments.data_dir)
    from mlops.administration.backups import reading
    from mlops.administration.backups.about import refuse_newer
    from mlops.administration.backups.restoring import restore as put_back
    from mlops.server import lock

    path = Path(arguments.file).expanduser().absolute()
    refuse_newer(reading.about(path))  # before a folder is made
    folder = usable(env.data_dir())
    with lock.hold(folder, url="a backup that is being restored"):
        done = put_back(path, folder, force=arguments.force)
    print(f"Restored into {folder}: {_contents(done.found)}.")
    if done.aside:
        print(f"What was there is in {done.aside}.")
    if not done.found.about.secret_key:
        print("The secret key is not in it: set MLOPS_SECRET_KEY as it was, or stored secrets stay closed.")
    print("`mlops up` starts it.")
    return 0


def _verify(path: Path) -> int:
    from mlops.administration.backups import reading
    from mlops.administration.backups.about import refuse_newer

    found = reading.read(path)
    print(f"{path} is whole: {_contents(found)}.")
    refuse_newer(found.about)
    _record_verified(path, found)
    return 1 if found.rotten else 0


def _record_verified(path: Path, found: Found) -> None:
    """Where this machine has a server of its own to tell; a backup may be checked anywhere else as well."""
    from mlops.administration.backups.places import existing_database

    try:
        existing_database()  # before the settings are loaded, which would make a data directory
    except Refusal:
        return
    load_django()
    from mlops.events.chain import record
    from mlops.server import schema

    if schema.pending():
        return
    data = {
        "path": str(path),
        "taken_at": found.about.taken_at.isoformat(),
        "blobs": found.blobs,
        "damaged": len(found.rotten),
    }
    record(None, "mlops.backup.verified", subject=f"backups/{path.name}"[:200], data=data)


def _record(taken: Taken) -> None:
    """Not where the product is newer than its database: a backup before an upgrade leaves that as it is."""
    from mlops.events.chain import record
    from mlops.server import schema

    if schema.pending():
        return
    data = {
        "path": taken.path,
        "bytes": taken.bytes,
        "database": taken.database,
        "blobs": taken.blobs,
        "missing": len(taken.missing),
        "secret_key": taken.secret_key,
    }
    record(None, "mlops.backup.taken", subject=f"backups/{Path(taken.path).name}"[:200], data=data)


def _tell_taken(taken: Taken) -> None:
    print(f"{taken.path}: {taken.bytes:,} bytes, {taken.blobs} stored files, {taken.files} other files.")
    if taken.secret_key:
        print("It holds the secret key and people's data: keep it where nobody else reads it.")
    else:
        print("The secret key is not in it: keep it elsewhere, or nobody opens the stored secrets again.")
    for what, names in (("lost by the store before", taken.missing), ("no plain files, left out", taken.left_out)):
        if names:
            shown = ", ".join(names[:TOLD_NAMES])
            print(f"warning: {len(names)} {what}: {shown}", file=sys.stderr)


def _contents(found: Found) -> str:
    about = found.about
    text = (
        f"{about.taken_at:%Y-%m-%d %H:%M} UTC, MLOps Studio {about.version}, {about.database}, "
        f"{found.blobs} stored files, {found.files} other files, {found.bytes:,} bytes"
    )
    return f"{text}; {len(found.rotten)} stored files were damaged when it was taken" if found.rotten else text
