"""One operating-system process in a group of its own, which dies with the supervisor and takes its children along."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

import msgspec

_PR_SET_PDEATHSIG = 1
_MOST_LOG_BYTES = 10 * 1024 * 1024
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """`data_bytes` bounds private writable memory (RLIMIT_DATA), `cpus` the cores that may be used."""

    data_bytes: int | None = None
    cpus: int | None = None
    nice: int = 0


class Process:
    """Started at once, from a thread that lives as long as the supervisor: the child dies with that thread.

    `log_start_bytes` is where its own lines begin in the log. Without a log it says where the supervisor says."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        log_file: Path | None,
        env: Mapping[str, str] | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        with _opened_log(log_file) if log_file is not None else contextlib.nullcontext() as log:
            self.log_start_bytes = log.seek(0, os.SEEK_END) if log is not None else 0
            self._popen = subprocess.Popen(
                list(argv),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT if log is not None else None,
                env={**os.environ, **(env or {})},
                process_group=0,
                preexec_fn=_prepare(os.getpid(), bounds or Bounds()),
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def is_alive(self) -> bool:
        return self._popen.poll() is None

    @property
    def ending(self) -> str:
        """How it ended, in plain words."""
        code = self._popen.poll()
        if code is None:
            return "still running"
        if code < 0:
            return f"was killed by {signal.Signals(-code).name}"
        return f"ended with exit status {code}"

    def terminate(self) -> None:
        """Asks the process itself to end; its children are its own affair until `kill`."""
        if self.is_alive:
            self._popen.terminate()

    def kill(self) -> None:
        """Ends the whole group, also what an ended process left behind."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        if self._popen.stdin is not None:
            self._popen.stdin.close()
        self._popen.wait()


def _prepare(supervisor: int, bounds: Bounds) -> Callable[[], None]:
    """What the child does between fork and exec."""

    def prepare() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != supervisor:
            os._exit(1)
        if bounds.data_bytes is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (bounds.data_bytes, bounds.data_bytes))
        if bounds.cpus is not None and hasattr(os, "sched_setaffinity"):
            allowed = sorted(os.sched_getaffinity(0))
            first = supervisor_turn(os.getpid(), len(allowed))
            chosen = {allowed[(first + i) % len(allowed)] for i in range(min(bounds.cpus, len(allowed)))}
            os.sched_setaffinity(0, chosen)
        if bounds.nice:
            os.nice(bounds.nice)

    return prepare


def supervisor_turn(pid: int, cores: int) -> int:
    """Spreads pinned processes over the cores."""
    return pid % cores


def _opened_log(path: Path) -> IO[bytes]:
    """Appends; a log above 10 MB becomes `NAME.1` first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > _MOST_LOG_BYTES:
            os.replace(path, path.with_name(f"{path.name}.1"))
    return open(path, "ab")
