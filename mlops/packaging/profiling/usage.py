"""What a server and its children use meanwhile: memory, busy cores, and time spent waiting for a core."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import Any, Protocol

import msgspec
import psutil

SAMPLE_SECONDS = 0.2


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """Over the watched time: busy cores on average, and the share of running-or-wanting-to-run spent waiting."""

    cpu_cores: float
    cpu_waiting: float
    rss_bytes: int


class Usage(Protocol):
    """A context manager around what is measured; `used` is there afterwards."""

    used: Used

    def __enter__(self) -> Any: ...

    def __exit__(self, *error: Any) -> None: ...


class ProcessUsage:
    """Of the process `pid` and all below it. Use as a context manager; `used` is there afterwards."""

    used: Used

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._most = 0
        self._over = threading.Event()

    def __enter__(self) -> ProcessUsage:
        self._began, self._before = time.monotonic(), _scheduled(self._pid)
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self._over.set()
        self._thread.join()
        taken = max(time.monotonic() - self._began, 1e-9)
        ran, waited = (after - before for after, before in zip(_scheduled(self._pid), self._before, strict=True))
        ran, waited = max(ran, 0.0), max(waited, 0.0)
        share = waited / (ran + waited) if ran + waited else 0.0
        self.used = Used(cpu_cores=ran / taken, cpu_waiting=share, rss_bytes=max(self._most, resident(self._pid)))

    def _watch(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            self._most = max(self._most, resident(self._pid))


def resident(pid: int) -> int:
    """Bytes, of the process and all below it; pages that they share are counted once."""
    return sum(_proportional(one.pid) for one in _family(pid))


def _proportional(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    with contextlib.suppress(psutil.Error):
        return int(psutil.Process(pid).memory_info().rss)
    return 0


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _scheduled(pid: int) -> tuple[float, float]:
    """Seconds on a core, and seconds in the queue for one, of every thread there is now (Linux; else CPU time, 0)."""
    ran = waited = 0.0
    for process in _family(pid):
        try:
            for task in Path(f"/proc/{process.pid}/task").iterdir():
                words = (task / "schedstat").read_text().split()
                ran, waited = ran + int(words[0]) / 1e9, waited + int(words[1]) / 1e9
        except (OSError, ValueError, IndexError):
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                ran += times.user + times.system
    return ran, waited
