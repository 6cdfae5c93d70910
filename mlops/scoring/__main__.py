"""`python -m mlops.scoring --folder DIR --host H --port N`: serves one deployment until SIGTERM, then drains."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mlops.formats.refusal import Refusal

if TYPE_CHECKING:
    from mlops.http.exporting import Exporter
    from mlops.http.server import Server
    from mlops.scoring.application import Application
    from mlops.scoring.grpc.server import GrpcServer

_IDLE_SECONDS = 90.0
"""Longer than the router keeps a connection, so that the router closes first."""
_SWEEP_SECONDS = 5.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="mlops.scoring", description="Serves one deployment's folder over HTTP.")
    parser.add_argument("--folder", required=True, type=Path, help="the folder with serving.json")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default=8080, type=int)
    parser.add_argument("--grpc-port", default=0, type=int, help="the Open Inference Protocol over gRPC as well")
    parser.add_argument("--reload", action="store_true", help="load a script again when its files change")
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")

    from mlops.http.loop import run
    from mlops.scoring.application import Application

    try:
        application = Application(arguments.folder.absolute(), reload=arguments.reload)
    except Refusal as refusal:
        print(f"{refusal.message} {refusal.hint}".strip(), file=sys.stderr, flush=True)
        return 3
    return run(serve(application, host=arguments.host, port=arguments.port, grpc_port=arguments.grpc_port))


async def serve(application: Application, *, host: str, port: int, grpc_port: int = 0) -> int:
    from mlops.http.server import Server, until_stopped
    from mlops.scoring.asgi import AsgiDoor

    limits = application.serving.limits
    door = AsgiDoor(application)
    server = Server(door, most_body_bytes=limits.body_bytes, idle_seconds=_IDLE_SECONDS)
    await door.start()
    try:
        await server.listen(host, port)
        beside = await _beside(application, host=host, port=grpc_port) if grpc_port else None
    except OSError as error:
        print(f"The scoring server cannot listen on {host}:{port}: {error.strerror}.", file=sys.stderr, flush=True)
        return 3
    except Refusal as refusal:
        print(f"{refusal.message} {refusal.hint}".strip(), file=sys.stderr, flush=True)
        return 3
    sweeping = asyncio.create_task(_sweep(server))
    spans = _spans(application)
    await until_stopped()
    if beside is not None:
        await beside.drain(seconds=limits.timeout_seconds + 1)
    await server.drain(seconds=limits.timeout_seconds + 1)
    sweeping.cancel()
    await door.stop()
    if spans is not None:
        spans.end()
    return 0


def _spans(application: Application) -> Exporter | None:
    from mlops.http.exporting import exporter

    serving = application.serving
    named = {"mlops.endpoint": serving.endpoint, "mlops.deployment": serving.deployment, "mlops.model": serving.model}
    found = exporter("mlops-scoring", named)
    if found is not None:
        application.spans = found.queue
    return found


async def _beside(application: Application, *, host: str, port: int) -> GrpcServer:
    from mlops.scoring.grpc.server import GrpcServer

    beside = GrpcServer(application, host=host, port=port)
    await beside.start()
    return beside


async def _sweep(server: Server) -> None:
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        server.sweep()


if __name__ == "__main__":
    sys.exit(main())
