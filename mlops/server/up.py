"""`mlops up`: pages, API, worker and router as one, each started again when it dies, all stopped together.

This process only supervises: it imports neither Django nor anything heavy."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

import msgspec

from mlops import env
from mlops.env import choose_data_dir, usable
from mlops.formats.serving import RoutingTable
from mlops.server import lock, ports
from mlops.server.announcement import Announcement
from mlops.server.parking import park
from mlops.supervisor import Supervised, Supervisor, kept
from mlops.trail import lines

PATIENCE_SECONDS = 15.0
"""How long a start may be quiet about what it waits for."""


class Place(NamedTuple):
    """Where this start keeps its files and listens."""

    folder: Path
    host: str
    port: int
    router_port: int

    @property
    def url(self) -> str:
        return f"http://{_reachable(self.host)}:{self.port}"

    @property
    def router_url(self) -> str:
        return f"http://{_reachable(self.host)}:{self.router_port}"


def define(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=_port, default=8000, help="port of pages and API, 0: a free one (default: 8000)")
    parser.add_argument("--router-port", type=_port, help="port of the endpoints (default: the port after --port)")
    parser.add_argument("--data-dir", metavar="DIR", default="", help="where all is kept (default: MLOPS_DATA_DIR)")
    parser.add_argument("--no-samples", action="store_true", help="no sample datasets and drawings")
    parser.add_argument("--no-worker", action="store_true", help="no worker here: jobs wait for one elsewhere")
    parser.add_argument("--end-with-input", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(act=up)


def up(arguments: argparse.Namespace) -> int:
    """Blocks until Ctrl-C or SIGTERM, then stops every process within 10 s."""
    lines.set_up("supervisor")
    for warning in env.unknown_names():
        print(f"warning: {warning}", file=sys.stderr)
    if arguments.end_with_input:
        threading.Thread(target=_end_with_input, name="input", daemon=True).start()
    place = _place(arguments)
    with lock.hold(place.folder, url=place.url):
        _check_ports(place)
        return _supervise(place, samples=not arguments.no_samples, worker=not arguments.no_worker)


def _end_with_input() -> None:
    """For a command that started this one and holds the other end: however that command ends, so does this."""
    while sys.stdin.buffer.read(4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"“{text}” is no port: a number from 0 to 65535.")
    return int(text)


def _supervise(place: Place, *, samples: bool, worker: bool) -> int:
    _set_environment(place)
    greeting = _waiting_file(place.folder / "greeting.json")
    routing = place.folder / "routing.json"
    if not routing.exists():
        routing.write_bytes(msgspec.json.encode(RoutingTable(revision=0, endpoints=())))
    logs = place.folder / "logs"
    logs.mkdir(exist_ok=True)
    announcement = Announcement(
        host=_local(place.host),
        port=place.port,
        router_port=place.router_port,
        greeting=greeting,
        worker=worker,
        logs=logs,
    )
    supervisor = Supervisor(
        _processes(place, announcement, greeting=greeting, samples=samples, worker=worker),
        plan_file=place.folder / "serving-plan.json",
        state_file=place.folder / "serving-state.json",
        routing_file=routing,
        kept_file=place.folder / kept.FILE,
        python=sys.executable,
        logs_dir=logs,
    )
    try:
        supervisor.start()
        _announce(announcement, supervisor, url=place.url)
        supervisor.run()
    finally:
        greeting.unlink(missing_ok=True)
        park(place.folder)
    return 0


def _announce(announcement: Announcement, supervisor: Supervisor, *, url: str) -> None:
    print(f"Starting {', '.join(supervisor.pids())} …", file=sys.stderr)
    asked = time.monotonic()
    while waiting := supervisor.wait_until_ready(PATIENCE_SECONDS):
        if time.monotonic() - asked < PATIENCE_SECONDS:
            return  # a signal asked for the end
        announcement.complain(waiting)
        asked = time.monotonic()
    announcement.make(url=url)


def _processes(
    place: Place, announcement: Announcement, *, greeting: Path, samples: bool, worker: bool
) -> list[Supervised]:
    logs = place.folder / "logs"
    web = Supervised(
        name="web",
        argv=(
            sys.executable, "-m", "mlops.server.web", "--host", place.host, "--port", str(place.port),
            "--url", place.url, "--greeting", str(greeting), *(["--samples"] if samples else []),
        ),
        log_file=logs / "web.log",
        ready=announcement.all_answer,
    )  # fmt: skip
    router = Supervised(
        name="router",
        argv=(
            sys.executable, "-m", "mlops.router", "--table", str(place.folder / "routing.json"),
            "--host", place.host, "--port", str(place.router_port),
            "--stats-file", str(place.folder / "router-stats"),
            *(["--feed", place.url, "--address", place.router_url] if env.read("MLOPS_ROUTER_TOKEN") else []),
        ),
        log_file=logs / "router.log",
        ready=announcement.router_answers,
    )  # fmt: skip
    jobs = Supervised(name="worker", argv=(sys.executable, "-m", "mlops.server.worker"), log_file=logs / "worker.log")
    return [web, jobs, router] if worker else [web, router]


def _place(arguments: argparse.Namespace) -> Place:
    choose_data_dir(arguments.data_dir)
    folder = usable(env.data_dir())
    port = arguments.port or ports.free(arguments.host)
    router_port = arguments.router_port
    if router_port is None and arguments.port:
        router_port = port + 1
    return Place(folder, arguments.host, port, router_port or ports.free(arguments.host))


def _check_ports(place: Place) -> None:
    ports.check(place.host, place.port, option="--port")
    ports.check(place.host, place.router_port, option="--router-port")


def _set_environment(place: Place) -> None:
    """What the children read. Public addresses that somebody set, such as behind a proxy, stay."""
    os.environ["MLOPS_DATA_DIR"] = str(place.folder)
    os.environ.setdefault("MLOPS_URL", place.url)
    os.environ.setdefault("MLOPS_ROUTER_URL", place.router_url)
    os.environ["PYTHONUNBUFFERED"] = "1"
    root = Path(__file__).resolve().parents[2]
    if (root / "manage.py").exists():  # a checkout: the children find it from any directory
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH", "")]))
    # Arenas of many threads grow a long-lived process for nothing.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")


def _waiting_file(path: Path) -> Path:
    """Empty, readable by its owner alone; the web process writes the sign-in link into it."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return path


def _reachable(host: str) -> str:
    """As it stands in an address."""
    local = _local(host)
    return f"[{local}]" if ":" in local else local


def _local(host: str) -> str:
    """Where this machine reaches what listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # nosec B104
