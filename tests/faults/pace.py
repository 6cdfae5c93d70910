"""How much of the time that passes is the studio's own: a machine that is shared gives the rest to others."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil


class Pace:
    """Between two looks, the seconds that other programs had the processors for are not counted, as far as the
    processors were not idle: what waits for a processor then waits for them. What stands on none of the `processes`
    is another program."""

    def __init__(self, processes: Callable[[], list[psutil.Process]]) -> None:
        self._processes = processes
        self._own_seconds = 0.0
        self._last = self._look()

    def own_seconds(self) -> float:
        """Since it began."""
        before, self._last = self._last, self._look()
        passed, busy, idle, own = (now - then for now, then in zip(self._last, before, strict=True))
        self._own_seconds += own_share(passed, busy=busy, idle=idle, own=max(own, 0.0))
        return self._own_seconds

    def sleep(self, seconds: float, *, most_seconds: float) -> None:
        """So many of its own."""
        until, deadline = self.own_seconds() + seconds, time.monotonic() + most_seconds
        while self.own_seconds() < until and time.monotonic() < deadline:
            time.sleep(min(2.0, seconds))

    def _look(self) -> tuple[float, float, float, float]:
        """The time, and of all processors together: busy, idle, busy with the processes."""
        every = psutil.cpu_times()
        idle = every.idle + every.iowait
        busy = every.user + every.nice + every.system + every.irq + every.softirq + every.steal
        return time.monotonic(), busy, idle, sum(_used(one) for one in self._processes())


def own_share(passed: float, *, busy: float, idle: float, own: float) -> float:
    cores = (busy + idle) / passed if passed else 1.0
    lost = max(busy - own - idle, 0.0) / max(cores, 1.0)
    return max(passed - lost, 0.0)


def _used(process: psutil.Process) -> float:
    """Also by children that have ended."""
    try:
        return float(sum(process.cpu_times()[:4]))
    except psutil.Error:
        return 0.0
