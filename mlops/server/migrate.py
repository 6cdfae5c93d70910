"""`mlops migrate`: for parts that run apart, the tables brought up to date, the bucket, and the first administrator.

It waits for the database, and for another that migrates; done again, it does nothing."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import time
from collections.abc import Iterator

from mlops import env
from mlops.env import choose_data_dir, usable
from mlops.formats.refusal import Refusal
from mlops.server import first_process
from mlops.server.loading import load_django

AGAIN_SECONDS = 1.0


def define(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data-dir", metavar="DIR", default="", help="where files are kept (default: MLOPS_DATA_DIR)")
    parser.add_argument("--no-samples", action="store_true", help="no sample datasets and drawings")
    parser.add_argument("--wait", type=float, default=120.0, help="seconds to wait for the database (default: 120)")
    parser.set_defaults(act=migrate)


def migrate(arguments: argparse.Namespace) -> int:
    first_process.leave_it_behind()
    choose_data_dir(arguments.data_dir)
    usable(env.data_dir())
    load_django()
    from mlops.blobs.stores import store
    from mlops.server import first_start, schema, starting

    _reach_the_database(seconds=arguments.wait)
    with _alone():
        missing = len(schema.pending())
        schema.migrate()
        starting.require_same_key()
        print(f"Applied {missing} migrations." if missing else "The database is up to date.", flush=True)
        store().prepare()
        found = first_start.people()
        if found.password:
            print(f"Administrator: {found.user}, password: {found.password} (shown this once)", flush=True)
        if found.is_first and not arguments.no_samples:
            first_start.load_samples()
            print("The samples are loaded.", flush=True)
    return 0


def _reach_the_database(*, seconds: float) -> None:
    from django.db import OperationalError, connection

    deadline = time.monotonic() + seconds
    while True:
        try:
            return connection.ensure_connection()
        except OperationalError as error:
            if time.monotonic() > deadline:
                raise Refusal(
                    "database_unreachable",
                    f"The database did not answer in {seconds:.0f} s: {str(error).strip()}",
                    hint="Does it run, and is MLOPS_DATABASE_URL right?",
                ) from error
        time.sleep(AGAIN_SECONDS)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Whoever else migrates this database is done first, or comes afterwards."""
    from django.db import connection

    if connection.vendor != "postgresql":
        with (env.data_dir() / ".migrate.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    from mlops.server import schema

    with schema.alone():  # which may be held twice by one
        yield
