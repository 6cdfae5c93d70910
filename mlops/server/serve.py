"""`mlops serve web|worker|router`: one process of a server whose parts run apart, in containers or on many machines.

Nothing here migrates: `mlops migrate` does, and the parts wait for it. `mlops serve check` is their health check."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from mlops import env
from mlops.env import choose_data_dir, usable
from mlops.server import claims, first_process, serving_check
from mlops.trail import lines

MIGRATED_WITHIN_SECONDS = 600.0
STOP_SECONDS = 70.0
"""A router lets requests end for 65 s; what starts it must wait longer before it kills."""


def define(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="part", required=True, metavar="PART")
    web = _part(parts, "web", "pages, API and sockets")
    _listens(web, port=8000)
    web.set_defaults(act=serve_web)
    worker = _part(parts, "worker", "jobs and steps; the regular jobs as well")
    worker.add_argument("-c", "--concurrency", type=int, default=0, help="jobs at once (default: by the step slots)")
    worker.set_defaults(act=serve_worker)
    router = _part(parts, "router", "endpoints, and the scoring servers that run as processes beside it")
    _listens(router, port=8001)
    router.add_argument(
        "--feed",
        action="append",
        default=[],
        metavar="URL",
        help="a web process that hands out the routing table, where no folder is shared; again for others",
    )
    router.add_argument("--address", default="", help="with --feed, where the others reach it: http://host:port")
    router.set_defaults(act=serve_router)
    check = parts.add_parser("check", help="whether the part on this machine is well: exit status 0 or 1")
    check.add_argument(
        "name", nargs="?", choices=(*serving_check.PARTS, serving_check.WHOLE), help="default: what process 1 serves"
    )
    check.add_argument("--port", type=int, default=0, help="where it listens (default: as process 1 was told)")
    check.set_defaults(act=check_part)


def serve_web(arguments: argparse.Namespace) -> int:
    _begin(arguments)
    from mlops.server import web

    web.serve(arguments.host, arguments.port, migrated_within_seconds=MIGRATED_WITHIN_SECONDS)
    return 0


def serve_worker(arguments: argparse.Namespace) -> int:
    choose_data_dir(arguments.data_dir)
    env.take_joined()
    _begin(arguments)
    from mlops.server import worker

    worker.serve(arguments.concurrency, migrated_within_seconds=MIGRATED_WITHIN_SECONDS)
    return 0


def serve_router(arguments: argparse.Namespace) -> int:
    """Without Django. Each router runs the scoring servers of the plan for itself: together they are one unit, of
    which there may be several. With `--feed` the folder may be its own, and then there are no scoring servers; or it
    is shared, and each router keeps its own copy of the table there."""
    folder = _begin(arguments)
    lines.set_up("supervisor")
    from mlops.supervisor import Supervised, Supervisor, kept

    claim = claims.claim(folder / "alive" / "routers")
    own = claim.name
    table = folder / (f"routing-{own}.json" if arguments.feed else "routing.json")
    states = folder / f"serving-state-{own}.json"
    processes = folder / kept.file_of(own)
    words = ["--table", str(table), "--host", arguments.host, "--port", str(arguments.port)]
    words += ["--name", f"{own}:{arguments.port}"]
    for url in arguments.feed:
        words += ["--feed", url]
    if arguments.address:
        words += ["--address", arguments.address]
    router = Supervised(
        name="router",
        argv=(sys.executable, "-m", "mlops.router", *words, "--stats-file", str(folder / f"router-stats-{own}")),
        log_file=None,
    )
    Supervisor(
        [router],
        plan_file=folder / "serving-plan.json",
        state_file=states,
        routing_file=table,
        kept_file=processes,
        logs_dir=folder / "logs",
        name=own,
    ).run(stop_seconds=STOP_SECONDS)
    for file in (states, processes):
        file.unlink(missing_ok=True)  # its copies are gone, and none is waited for
    claim.file.close()
    return 0


def check_part(arguments: argparse.Namespace) -> int:
    trouble = serving_check.trouble(arguments.name, arguments.port)
    print(trouble or "well")
    return 1 if trouble else 0


def _begin(arguments: argparse.Namespace) -> Path:
    first_process.leave_it_behind()
    for warning in env.unknown_names():
        print(f"warning: {warning}", file=sys.stderr)
    choose_data_dir(arguments.data_dir)
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")  # arenas of many threads grow a long-lived process for nothing
    return usable(env.data_dir())


def _part(parts: argparse._SubParsersAction[argparse.ArgumentParser], name: str, what: str) -> argparse.ArgumentParser:
    part = parts.add_parser(name, help=what)
    part.add_argument("--data-dir", metavar="DIR", default="", help="where files are kept (default: MLOPS_DATA_DIR)")
    return part


def _listens(part: argparse.ArgumentParser, *, port: int) -> None:
    part.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    part.add_argument("--port", type=int, default=port, help=f"default: {port}")
