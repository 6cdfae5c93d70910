"""What each process holds over time, and whether it grows: the slope of a line through the second half; where the watch
is short, how far its end lies above its begin."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread

import psutil

MIB = 2**20


@dataclass
class Watch:
    family: Callable[[], dict[str, psutil.Process]]
    connections: Callable[[], int]
    every_seconds: float
    samples: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """By process: seconds since the begin, MiB."""
    connected: list[int] = field(default_factory=list)
    processor: dict[str, float] = field(default_factory=dict)
    """Seconds of each, at the last look."""

    def __enter__(self) -> Watch:
        self._end = Event()
        self._began = time.monotonic()
        self._thread = Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(30)

    def _look(self) -> None:
        while True:
            now = time.monotonic() - self._began
            for name, process in self.family().items():
                with suppress(psutil.Error):
                    told = process.cpu_times()
                    self.samples.setdefault(name, []).append((now, process.memory_info().rss / MIB))
                    self.processor[name] = told.user + told.system
            with suppress(Exception):
                self.connected.append(self.connections())
            if self._end.wait(self.every_seconds):
                return


def slope(samples: list[tuple[float, float]]) -> float:
    """MiB an hour of the second half, by least squares; 0 where there is too little to tell."""
    late = samples[len(samples) // 2 :]
    if len(late) < 5:
        return 0.0
    mean_at = sum(at for at, _ in late) / len(late)
    mean_held = sum(held for _, held in late) / len(late)
    spread = sum((at - mean_at) ** 2 for at, _ in late)
    return sum((at - mean_at) * (held - mean_held) for at, held in late) / spread * 3600 if spread else 0.0


def rise(samples: list[tuple[float, float]]) -> float:
    """MiB by which the last quarter lies above the second, on average; 0 where there is too little to tell. The first
    fills caches."""
    quarter = len(samples) // 4
    if quarter < 2:
        return 0.0
    second, last = ([held for _at, held in part] for part in (samples[quarter : 2 * quarter], samples[-quarter:]))
    return sum(last) / quarter - sum(second) / quarter
