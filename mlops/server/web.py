"""`python -m mlops.server.web`: brings the database up to date, then serves pages, API and sockets in this process."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from pathlib import Path

from mlops.formats.readied import ready_structs
from mlops.server.loading import load_django
from mlops.trail import lines, telling


def main() -> None:
    arguments = _arguments()
    load_django()

    from django.conf import settings

    from mlops.access import maintenance
    from mlops.celery import app
    from mlops.server import first_start, kept, schema, spool, starting
    from mlops.work import pulse

    spool.install(app, settings.DATA_DIR / "broker")
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    schema.migrate()
    starting.require_same_key()
    maintenance.follow()
    pulse.end_lost()
    greeting = first_start.prepare(url=arguments.url)
    if arguments.greeting:
        first_start.hand_over(greeting, Path(arguments.greeting))
    kept.keep_connections()
    _answer(arguments.host, arguments.port, samples=arguments.samples and first_start.samples_are_due())


def serve(host: str, port: int, *, migrated_within_seconds: float) -> None:
    """One of several web processes: somebody else migrates and greets."""
    load_django()

    from django.conf import settings

    from mlops.access import maintenance
    from mlops.celery import app
    from mlops.server import kept, schema, spool, starting

    spool.install(app, settings.DATA_DIR / "broker")
    schema.wait(seconds=migrated_within_seconds)
    starting.require_same_key()
    maintenance.follow()
    kept.keep_connections()
    _answer(host, port, samples=False)


def _answer(host: str, port: int, *, samples: bool) -> None:
    lines.name_process("web")
    lines.catch_faults()
    telling.begin("mlops-web")

    import uvicorn

    from mlops.asgi import application

    ready_structs()
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=4,
    )
    server = uvicorn.Server(config)
    if samples:
        threading.Thread(target=_load_samples, args=(server,), name="samples", daemon=True).start()
    server.run()
    sys.exit(0 if server.started else 1)


def _load_samples(server: object) -> None:
    """After the server answers, so that the samples never delay it."""
    while not getattr(server, "started", False):
        time.sleep(0.05)

    from django.db import connection

    from mlops.server import first_start

    first_start.load_samples()
    connection.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mlops.server.web")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--url", required=True, help="where local commands reach this server")
    parser.add_argument("--greeting", default="", help="an empty file that waits for the sign-in link")
    parser.add_argument("--samples", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
