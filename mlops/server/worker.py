"""`python -m mlops.server.worker`: a Celery worker with a pool of threads that waits until the database is migrated."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
import warnings
from typing import Any

from mlops.formats.readied import ready_structs
from mlops.server import claims
from mlops.server.loading import load_django
from mlops.server.serving_check import signs
from mlops.trail import lines, telling

STOP_SECONDS = 5.0
"""How long jobs may finish after a stop; then the process ends, and leases hand their work on."""
SIGN_SECONDS = 5.0
CONNECTION_SECONDS = 60
"""How long a thread of the pool keeps its database connection."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m mlops.server.worker")
    parser.add_argument("--concurrency", "-c", type=int, default=0)
    serve(parser.parse_args().concurrency)


def serve(concurrency: int = 0, *, migrated_within_seconds: float = 120.0) -> None:
    """Blocks until SIGTERM or SIGINT. `concurrency` 0: by the step slots."""
    load_django()
    lines.name_process("worker")
    lines.catch_faults()
    telling.begin("mlops-worker")

    from django.conf import settings

    from mlops.access import maintenance
    from mlops.celery import app
    from mlops.server import schema, spool, starting

    spool.install(app, settings.DATA_DIR / "broker")
    schema.wait(seconds=migrated_within_seconds)
    starting.require_same_key()
    maintenance.follow()
    _keep_connections(app)
    app.loader.import_default_modules()
    ready_structs()  # the first jobs come all at once
    usual = 2 * settings.STEP_SLOTS + 6  # steps, seats of batch jobs, and what is short
    run(concurrency=concurrency or usual)


def run(*, concurrency: int) -> None:
    """Blocks until SIGTERM or SIGINT."""
    from celery.signals import setup_logging, worker_ready, worker_shutting_down

    from mlops.celery import app

    _keep_quiet()
    setup_logging.connect(lambda **_: None, weak=False)  # else Celery's level would be that of our own lines
    worker_shutting_down.connect(_end_in_time)
    worker_ready.connect(_keep_sign_of_life)
    worker = app.Worker(
        pool_cls="threads", concurrency=concurrency, loglevel="WARNING", without_gossip=True, without_mingle=True,
        without_heartbeat=True, quiet=True,
    )  # fmt: skip
    worker.start()
    sys.exit(worker.exitcode)


def _keep_connections(app: Any) -> None:
    """Celery closes the database after each job: with regular jobs that look and find nothing, opening it again was
    most of what an idle worker did. One that broke is closed after the job that met it."""
    from celery.signals import task_postrun
    from django.db import close_old_connections, connections

    for alias in connections:
        connections.settings[alias] |= {"CONN_MAX_AGE": CONNECTION_SECONDS, "CONN_HEALTH_CHECKS": True}
    app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize
    task_postrun.connect(lambda **_: close_old_connections(), weak=False)


def _keep_quiet() -> None:
    """A line for each wake-up call says nothing; messages here are JSON, so running as root is no danger of its own."""
    for name in ("celery", "kombu"):
        logging.getLogger(name).setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")


def _keep_sign_of_life(sender: Any, **_: Any) -> None:
    """Of the loop that takes calls: where it stands still, so does the file."""
    sign = claims.claim(signs())
    sender.controller.timer.call_repeatedly(SIGN_SECONDS, _touch, (sign,))


def _touch(sign: claims.Claim) -> None:
    """It holds the claim as well."""
    sign.path.touch()


def _end_in_time(**_: Any) -> None:
    timer = threading.Timer(STOP_SECONDS, os._exit, args=(0,))
    timer.daemon = True
    timer.start()


if __name__ == "__main__":
    main()
