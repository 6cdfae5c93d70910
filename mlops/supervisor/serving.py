"""Makes the running scoring servers agree with the serving plan, and writes down how each of them is."""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from pathlib import Path
from typing import TypeVar

import msgspec

from mlops.formats.serving import RoutingTable, ServerProcess, ServingPlan, ServingState
from mlops.supervisor.probe import Reply, get
from mlops.supervisor.server import Server

_PROBE_SECONDS = 0.5
_UNROUTED_SECONDS = 1.0
"""How long a retired server goes on after the routing table stopped naming it: the router re-reads 5 times a second."""
_MOST_RETIRED_SECONDS = 60.0
_SIGN_SECONDS = 5.0
"""How often the file of states is touched where nothing changed: who reads it tells by that who lives."""
_LINGER_SECONDS = 3.0
"""How long a retired server goes on where no routing table is known."""

Value = TypeVar("Value")


class ServingPart:
    """`look` is called several times a second by the supervisor; a thread of its own does the HTTP checks."""

    def __init__(
        self,
        plan_file: Path,
        *,
        state_file: Path,
        python: str,
        logs_dir: Path,
        routing_file: Path | None = None,
        name: str = "",
    ) -> None:
        self._plan_file = plan_file
        self._state_file = state_file
        self._python = python
        self._logs_dir = logs_dir
        self._name = name
        self._routing_file = routing_file
        self._plan_seen: tuple[int, int, int] | None = None
        self._routed_seen: tuple[int, int, int] | None = None
        self._routed_ports: frozenset[int] = frozenset()
        self._wanted: dict[tuple[str, int, int], ServerProcess] = {}
        self._servers: dict[tuple[str, int, int], Server] = {}
        self._unrouted_since: dict[int, float] = {}
        self._replies: dict[tuple[str, int, int], Reply | None] = {}
        self._watched: tuple[tuple[tuple[str, int, int], int], ...] = ()
        self._written = b""
        self._signed_at = 0.0
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="readiness", daemon=True)

    def start(self) -> None:
        self._watcher.start()

    def look(self) -> None:
        self._read_plan()
        self._read_routes()
        self._look_at_servers()
        self._begin_wanted()
        for key in list(self._replies):
            if key in self._servers:
                self._servers[key].learn(self._replies.pop(key))
            else:
                del self._replies[key]
        self._retire_unwanted()
        self._stop_retired()
        self._watched = tuple((key, server.wanted.port) for key, server in self._servers.items())
        self._write_state()

    def drain(self) -> None:
        for server in self._servers.values():
            server.drain()

    def look_while_stopping(self) -> bool:
        """True when all are gone."""
        self._look_at_servers()
        return not self._servers

    def kill(self) -> None:
        self._ended.set()
        for server in self._servers.values():
            server.kill()
        self._servers.clear()
        self._write_state()

    def _read_plan(self) -> None:
        seen, plan = _read_changed(self._plan_file, ServingPlan, seen=self._plan_seen)
        if seen == self._plan_seen or plan is None:
            return
        self._plan_seen = seen
        self._wanted = {_key(server): server for server in plan.servers}

    def _begin_wanted(self) -> None:
        for key, wanted in self._wanted.items():
            running = self._servers.get(key)
            if running is None:
                self._begin(key, wanted)
            elif not running.is_stopping:
                running.retired_at = None

    def _look_at_servers(self) -> None:
        for key, server in list(self._servers.items()):
            server.look()
            if server.is_gone:
                del self._servers[key]

    def _begin(self, key: tuple[str, int, int], wanted: ServerProcess) -> None:
        """A port that an older server still holds is freed first."""
        for running in self._servers.values():
            if running.wanted.port == wanted.port:
                running.kill()
        log_file = self._logs_dir / log_name(wanted.id, replica=wanted.replica, of=self._name)
        server = self._servers[key] = Server(wanted, python=self._python, log_file=log_file)
        server.start()

    def _retire_unwanted(self) -> None:
        """A server that the plan dropped goes, once one that takes its place is ready where there is to be one."""
        planned = {wanted.id for wanted in self._wanted.values()}
        served = {
            key[0] for key in self._wanted if (running := self._servers.get(key)) is not None and running.is_ready
        }
        for key, server in self._servers.items():
            if key in self._wanted or server.retired_at is not None:
                continue
            if server.wanted.id not in planned or server.wanted.id in served:
                server.retired_at = time.monotonic()

    def _stop_retired(self) -> None:
        now = time.monotonic()
        for server in self._servers.values():
            if server.retired_at is None or server.is_stopping:
                continue
            if not server.was_ready or now - server.retired_at > self._grace(server, now):
                server.drain()

    def _grace(self, server: Server, now: float) -> float:
        if self._routing_file is None:
            return _LINGER_SECONDS
        port = server.wanted.port
        if port in self._routed_ports:
            self._unrouted_since.pop(port, None)
            return _MOST_RETIRED_SECONDS
        since = self._unrouted_since.setdefault(port, now)
        assert server.retired_at is not None
        return max(since - server.retired_at, 0.0) + _UNROUTED_SECONDS

    def _read_routes(self) -> None:
        if self._routing_file is None:
            return
        seen, table = _read_changed(self._routing_file, RoutingTable, seen=self._routed_seen)
        if table is None or seen == self._routed_seen:
            return
        self._routed_seen = seen
        urls = [b.url for e in table.endpoints for d in e.deployments for b in d.backends]
        self._routed_ports = frozenset(int(port) for url in urls if (port := _port(url)).isdigit())

    def _watch(self) -> None:
        while not self._ended.wait(_PROBE_SECONDS):
            for key, port in self._watched:
                self._replies[key] = get(port, "/readyz")

    def _write_state(self) -> None:
        state = msgspec.json.encode(ServingState(servers=tuple(s.as_state() for s in self._servers.values())))
        if state == self._written:
            self._give_sign()
            return
        part = self._state_file.with_name(f"{self._state_file.name}.part")
        part.write_bytes(state)
        os.replace(part, self._state_file)
        self._written = state
        self._signed_at = time.monotonic()

    def _give_sign(self) -> None:
        if time.monotonic() - self._signed_at > _SIGN_SECONDS:
            self._signed_at = time.monotonic()
            with contextlib.suppress(FileNotFoundError):
                os.utime(self._state_file)


def log_name(id: str, *, replica: int = 1, of: str = "") -> str:
    """Of a server's log in the folder of logs; `of` is the name of the supervisor that runs this copy of it."""
    name = id if replica == 1 else f"{id}-{replica}"
    return re.sub(r"[^A-Za-z0-9._-]", "_", f"{name}_{of}" if of else name) + ".log"


def _key(server: ServerProcess) -> tuple[str, int, int]:
    return (server.id, server.revision, server.port)


def _port(url: str) -> str:
    return url.rstrip("/").rpartition(":")[2]


def _read_changed(
    path: Path, kind: type[Value], *, seen: tuple[int, int, int] | None
) -> tuple[tuple[int, int, int] | None, Value | None]:
    """The file's mark and content when it changed and is sound; a broken or absent file changes nothing."""
    try:
        stat = os.stat(path)
        mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if mark == seen:
            return seen, None
        return mark, msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError):
        return seen, None
