"""Starts processes, keeps them alive, and stops them together; the kernel ends them when the supervisor is killed."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec

from mlops.supervisor import kept
from mlops.supervisor.backoff import Backoff
from mlops.supervisor.logs import last_error
from mlops.supervisor.process import Process
from mlops.supervisor.serving import ServingPart

_TURN_SECONDS = 0.1
_log = logging.getLogger(__name__)


class Supervised(msgspec.Struct, frozen=True, kw_only=True):
    """One process to keep alive. `ready` says whether it does its work yet; without it, being alive is enough.
    Without a log it says where the supervisor says."""

    name: str
    argv: Sequence[str]
    log_file: Path | None
    env: Mapping[str, str] = {}
    ready: Callable[[], bool] | None = None


class _Kept:
    def __init__(self, wanted: Supervised) -> None:
        self.wanted = wanted
        self.restarts = 0
        self.reason = ""
        self.died_at = 0.0
        self._backoff = Backoff()
        self._process: Process | None = None
        self._began = 0.0
        self._again_at = 0.0

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.is_alive

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        self._began = time.monotonic()
        try:
            self._process = Process(self.wanted.argv, log_file=self.wanted.log_file, env=self.wanted.env)
        except (OSError, subprocess.SubprocessError) as error:
            self.reason = f"It cannot be started: {error}."
            self._again_at = self._began + self._backoff.after(0.0)

    def look(self) -> bool:
        """Whether it was found dead, or started again."""
        now, news = time.monotonic(), False
        if self._process is not None and not self._process.is_alive:
            log = self.wanted.log_file
            said = last_error(log, start_bytes=self._process.log_start_bytes) if log is not None else ""
            self.reason = f"It {self._process.ending}. {said}".strip()
            self._process.kill()
            self._process = None
            self._again_at = now + self._backoff.after(now - self._began)
            self.died_at, news = time.time(), True
            _log.warning("%s: %s It is started again.", self.wanted.name, self.reason)
        if self._process is None and now >= self._again_at:
            self.restarts += 1
            self.start()
            news = True
        return news

    def not_ready(self) -> str:
        """Why, in plain words, or an empty text."""
        if not self.is_alive:
            return self.reason or "It has not started."
        if self.wanted.ready is not None and not self.wanted.ready():
            return self.reason or "It does not answer yet."
        return ""

    def terminate(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None


class Supervisor:
    """`start`, `wait_until_ready` and `run` belong to one thread, the main one: its end would end the children.

    With `plan_file` it also keeps the scoring servers of the plan; `routing_file` lets it stop a replaced server
    only after the router has turned away from it. `kept_file` is told how the processes do. `name` tells it apart from
    others that run the same plan: logs of servers bear it."""

    def __init__(
        self,
        processes: Sequence[Supervised] = (),
        *,
        plan_file: Path | None = None,
        state_file: Path | None = None,
        routing_file: Path | None = None,
        kept_file: Path | None = None,
        python: str = sys.executable,
        logs_dir: Path = Path(),
        name: str = "",
    ) -> None:
        self._kept = [_Kept(wanted) for wanted in processes]
        self._serving = (
            ServingPart(
                plan_file,
                state_file=state_file or plan_file.with_name("serving-state.json"),
                python=python,
                logs_dir=logs_dir,
                routing_file=routing_file,
                name=name,
            )
            if plan_file is not None
            else None
        )
        self._kept_file = kept_file
        self._asked_to_stop = False
        self._started = False
        self._signals_before: dict[int, Any] = {}

    def start(self) -> None:
        """Starts everything; returns at once. From here on SIGINT and SIGTERM ask for the end."""
        self._started = True
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._signals_before[number] = signal.signal(number, self._on_signal)
        for one in self._kept:
            one.start()
        self._tell()
        if self._serving is not None:
            self._serving.start()

    def wait_until_ready(self, seconds: float = 60.0) -> dict[str, str]:
        """Waits for all `processes`; the ones that are not ready in time, by name, with the reason.

        Returns early when SIGINT or SIGTERM arrives."""
        deadline = time.monotonic() + seconds
        while True:
            self._look()
            waiting = {one.wanted.name: reason for one in self._kept if (reason := one.not_ready())}
            if not waiting or self._asked_to_stop or time.monotonic() > deadline:
                return waiting
            time.sleep(_TURN_SECONDS / 2)

    def run(self, *, stop_seconds: float = 8.0) -> None:
        """Keeps everything alive until SIGINT or SIGTERM, then stops it."""
        if not self._started:
            self.start()
        while not self._asked_to_stop:
            self._look()
            time.sleep(_TURN_SECONDS)
        self.stop(stop_seconds)

    def stop(self, deadline_seconds: float = 8.0) -> None:
        """SIGTERM to all; what is left at the deadline is killed with its whole group."""
        deadline = time.monotonic() + deadline_seconds
        for one in self._kept:
            one.terminate()
        if self._serving is not None:
            self._serving.drain()
        while time.monotonic() < deadline:
            gone = self._serving is None or self._serving.look_while_stopping()
            if gone and not any(one.is_alive for one in self._kept):
                break
            time.sleep(0.02)
        for one in self._kept:
            one.kill()
        if self._serving is not None:
            self._serving.kill()
        for number, before in self._signals_before.items():
            signal.signal(number, before)
        self._signals_before.clear()

    def pids(self) -> dict[str, int]:
        return {one.wanted.name: one.pid for one in self._kept if one.pid is not None}

    def _tell(self) -> None:
        """For /metrics and the health page."""
        if self._kept_file is not None:
            told = [
                kept.KeptProcess(name=one.wanted.name, restarts=one.restarts, reason=one.reason, since=one.died_at)
                for one in self._kept
            ]
            kept.write(self._kept_file, told)

    def _look(self) -> None:
        died = [one for one in self._kept if one.look()]
        if died:
            self._tell()
        if self._serving is not None:
            self._serving.look()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._asked_to_stop = True
