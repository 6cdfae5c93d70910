"""`python -m mlops.scoring --folder DIR --host H --port N`: serves one deployment until SIGTERM, then drains."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from mlops.formats.refusal import Refusal


def main() -> int:
    parser = argparse.ArgumentParser(prog="mlops.scoring", description="Serves one deployment's folder over HTTP.")
    parser.add_argument("--folder", required=True, type=Path, help="the folder with serving.json")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default=8080, type=int)
    parser.add_argument("--reload", action="store_true", help="load a script again when its files change")
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")

    import uvicorn

    from mlops.scoring.application import Application

    try:
        application = Application(arguments.folder.absolute(), reload=arguments.reload)
    except Refusal as refusal:
        print(f"{refusal.message} {refusal.hint}".strip(), file=sys.stderr, flush=True)
        return 3
    config = uvicorn.Config(
        application,
        host=arguments.host,
        port=arguments.port,
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=90,
        timeout_graceful_shutdown=int(application.serving.limits.timeout_seconds) + 1,
        backlog=2048,
    )
    uvicorn.Server(config).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
