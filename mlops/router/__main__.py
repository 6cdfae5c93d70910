"""`python -m mlops.router --table FILE --host H --port P --stats-file F`: routes until SIGTERM, then drains."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
from pathlib import Path

import msgspec

from mlops.http.exporting import exporter
from mlops.http.loop import run
from mlops.http.otlp import share
from mlops.http.server import Server, until_stopped
from mlops.router.door import Door
from mlops.router.routing import Router
from mlops.router.table import TableFile

_TABLE_SECONDS = 0.2
_STATS_SECONDS = 2.0
_SWEEP_SECONDS = 5.0
_DRAIN_SECONDS = 65.0
_IDLE_SECONDS = 75.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="mlops.router", description="Routes scoring requests to deployments.")
    parser.add_argument("--table", required=True, type=Path, help="the routing table's file")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default=8001, type=int)
    parser.add_argument("--stats-file", type=Path, help="where the counts are written every two seconds")
    parser.add_argument("--body-bytes", default=64 * 1024 * 1024, type=int, help="the largest body taken")
    return run(serve(parser.parse_args()))


async def serve(arguments: argparse.Namespace) -> int:
    door, table = Door(Router()), TableFile(arguments.table)
    _refresh(door, table)
    door.router.read_anew = lambda: _refresh(door, table)
    spans = exporter("mlops-router")
    if spans is not None:
        door.router.spans, door.router.trace_share = spans.queue, share()
    server = Server(door, most_body_bytes=arguments.body_bytes, idle_seconds=_IDLE_SECONDS)
    try:
        await server.listen(arguments.host, arguments.port)
    except OSError as error:
        print(f"The router cannot listen on {arguments.host}:{arguments.port}: {error.strerror}.", file=sys.stderr)
        return 3
    chores = asyncio.create_task(_chores(door, table, server, arguments.stats_file))
    await until_stopped()
    door.draining = True
    await server.drain(seconds=_DRAIN_SECONDS)
    chores.cancel()
    _write_stats(door, arguments.stats_file)
    if spans is not None:
        spans.end()
    return 0


async def _chores(door: Door, table: TableFile, server: Server, stats_file: Path | None) -> None:
    loop = asyncio.get_running_loop()
    stats_at = sweep_at = loop.time()
    while True:
        await asyncio.sleep(_TABLE_SECONDS)
        now = loop.time()
        _refresh(door, table)
        door.router.replicas.end_late()
        if now >= stats_at:
            _write_stats(door, stats_file)
            stats_at = now + _STATS_SECONDS
        if now >= sweep_at:
            door.router.replicas.close_idle()
            server.sweep()
            sweep_at = now + _SWEEP_SECONDS


def _refresh(door: Door, table: TableFile) -> bool:
    before = table.trouble
    changed = table.changed()
    if changed is not None:
        door.router.use(changed)
    if table.trouble and table.trouble != before:
        print(table.trouble, file=sys.stderr, flush=True)
    door.trouble = table.trouble
    return changed is not None


def _write_stats(door: Door, path: Path | None) -> None:
    if path is None:
        return
    part = path.with_name(f"{path.name}.part")
    with contextlib.suppress(OSError):
        part.write_bytes(msgspec.json.encode(door.router.stats()))
        os.replace(part, path)


if __name__ == "__main__":
    sys.exit(main())
