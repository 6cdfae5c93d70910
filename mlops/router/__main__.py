"""`python -m mlops.router --table FILE --host H --port P`: routes until SIGTERM, then drains.

With `--feed URL` the file is what the control plane there says (mlops.router.feed)."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import socket
import sys
from pathlib import Path

import msgspec

from mlops import env
from mlops.http.exporting import exporter
from mlops.http.loop import run
from mlops.http.otlp import share
from mlops.http.server import Server, until_stopped
from mlops.router.door import Door
from mlops.router.feed import Feed, Identity
from mlops.router.routing import Router
from mlops.router.table import TableFile
from mlops.trail import lines

_log = logging.getLogger("mlops.router")
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
    parser.add_argument(
        "--feed",
        action="append",
        default=[],
        metavar="URL",
        help="a control plane whose table is kept in that file; again for others that are asked when one is silent",
    )
    parser.add_argument("--address", default="", help="where the control plane reaches this router: http://host:port")
    parser.add_argument("--name", default="", help="how the control plane calls it (default: host name and port)")
    parser.add_argument("--body-bytes", default=64 * 1024 * 1024, type=int, help="the largest body taken")
    arguments = parser.parse_args()
    lines.set_up("router")
    return run(serve(arguments))


async def serve(arguments: argparse.Namespace) -> int:
    token = env.read("MLOPS_ROUTER_TOKEN")
    if arguments.feed and not token:
        print("--feed needs MLOPS_ROUTER_TOKEN, the same as at the control plane.", file=sys.stderr)
        return 2
    door, table = Door(Router(), token=token), TableFile(arguments.table)
    arguments.table.parent.mkdir(parents=True, exist_ok=True)
    _refresh(door, table)
    door.router.read_anew = lambda: _refresh(door, table)
    spans = exporter("mlops-router")
    if spans is not None:
        door.router.spans, door.router.trace_share = spans.queue, share()
    server = Server(door, most_body_bytes=arguments.body_bytes, idle_seconds=_IDLE_SECONDS)
    try:
        await server.listen(arguments.host, arguments.port)
    except OSError as error:
        _log.error("The router cannot listen on %s:%s: %s.", arguments.host, arguments.port, error.strerror)
        return 3
    feed = _feed(arguments, token)
    if feed is not None:
        door.router.ask_anew = lambda: _ask_anew(feed, door, table)
    chores = asyncio.create_task(_chores(door, table, server, arguments.stats_file, feed))
    following = asyncio.create_task(_follow(feed, door)) if feed is not None else None
    await until_stopped()
    door.draining = True
    await server.drain(seconds=_DRAIN_SECONDS)
    chores.cancel()
    if following is not None:
        following.cancel()
    _write_stats(door, arguments.stats_file)
    if spans is not None:
        spans.end()
    return 0


def _feed(arguments: argparse.Namespace, token: str) -> Feed | None:
    if not arguments.feed:
        return None
    own = f"{socket.gethostname()}:{arguments.port}"
    identity = Identity(arguments.name or own, arguments.address or f"http://{own}", token)
    return Feed(arguments.feed, identity=identity, keep=arguments.table)


async def _ask_anew(feed: Feed, door: Door, table: TableFile) -> bool:
    before = door.router.endpoints
    await feed.anew()
    _refresh(door, table)
    return door.router.endpoints is not before  # also where another request, or the chores, read it meanwhile


async def _follow(feed: Feed, door: Door) -> None:
    await feed.follow(started=door.router.started, revision=lambda: door.router.endpoints.revision)


async def _chores(door: Door, table: TableFile, server: Server, stats_file: Path | None, feed: Feed | None) -> None:
    loop = asyncio.get_running_loop()
    stats_at = sweep_at = loop.time()
    while True:
        await asyncio.sleep(_TABLE_SECONDS)
        now = loop.time()
        _refresh(door, table)
        door.router.replicas.end_late()
        if feed is not None:
            feed.end_late()
            door.behind = feed.trouble
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
        _log.warning(table.trouble)
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
