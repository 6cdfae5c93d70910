"""A scoring server to be measured, run exactly as the process target runs one: by the supervisor's own code."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil

from mlops.formats.refusal import Refusal
from mlops.formats.serving import ServerProcess
from mlops.formats.spoken import gettext as _
from mlops.packaging.profiling.usage import ProcessUsage, Usage, resident
from mlops.supervisor.probe import get
from mlops.supervisor.server import Server

START_SECONDS = 120.0
LOOK_SECONDS = 0.02


class Started(msgspec.Struct, kw_only=True):
    """`own_cores`: whether cores are left for the load generator."""

    port: int
    pid: int
    cold_start_seconds: float
    idle_rss_bytes: int
    own_cores: bool
    watch: Callable[[], Usage] | None = None
    weigh: Callable[[], int] | None = None
    """Of a container, which is asked for what it uses; a process is looked at."""

    def usage(self) -> Usage:
        return self.watch() if self.watch is not None else ProcessUsage(self.pid)

    @property
    def rss_bytes(self) -> int:
        return self.weigh() if self.weigh is not None else resident(self.pid)


@contextmanager
def started(folder: Path, *, cores: float, memory_bytes: int, log: Path) -> Iterator[Started]:
    """As `serving`, on cores of its own: this process keeps off them for as long."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    with serving(folder, cores=cores, memory_bytes=memory_bytes, log=log) as found:
        try:
            found.own_cores = _keep_off(found.pid, before)
            yield found
        finally:
            if before:
                os.sched_setaffinity(0, before)


@contextmanager
def serving(folder: Path, *, cores: float, memory_bytes: int, log: Path) -> Iterator[Started]:
    """Raises Refusal `server_not_ready` with the server's own words where it does not get ready."""
    wanted = ServerProcess(
        id="profile", folder=str(folder), port=_free_port(), revision=1, memory_bytes=memory_bytes, cpus=cores
    )
    server = Server(wanted, python=sys.executable, log_file=log)
    server.start()
    try:
        yield _until_ready(server, wanted.port)
    finally:
        server.kill()


def why_gone(pid: int) -> str:
    """Why the process does not answer; empty while it lives."""
    return "" if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE else "it ended"


def _until_ready(server: Server, port: int) -> Started:
    began = time.monotonic()
    while time.monotonic() - began < START_SECONDS:
        reply = get(port, "/readyz")
        if reply is not None:
            server.learn(reply)
        pid = server.as_state().pid
        if server.state == "ready" and pid is not None:
            taken = time.monotonic() - began
            return Started(port=port, pid=pid, cold_start_seconds=taken, idle_rss_bytes=resident(pid), own_cores=True)
        if server.state == "unhealthy":
            raise not_ready(server.reason)
        if pid is None or why_gone(pid):
            server.look()
            raise not_ready(server.reason)
        time.sleep(LOOK_SECONDS)
    raise not_ready(f"It was not ready after {START_SECONDS:.0f} s. {server.reason}".strip())


def not_ready(reason: str) -> Refusal:
    hint = _("Its log is kept with the profile. Give it more memory, or mend the model or its script.")
    return Refusal(
        "server_not_ready", _("The scoring server does not get ready: %(reason)s") % {"reason": reason}, hint=hint
    )


def _keep_off(pid: int, allowed: set[int]) -> bool:
    """Puts this process, which makes the load, on the cores that the server does not use. Whether there are any."""
    if not allowed:
        return False
    left = allowed - set(psutil.Process(pid).cpu_affinity() or ())
    if left:
        os.sched_setaffinity(0, left)
    return bool(left)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
