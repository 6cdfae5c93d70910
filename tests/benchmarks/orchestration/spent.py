"""Processor time of processes that carry a mark in their environment, and of all below them, also of those that have
ended meanwhile. It hardly depends on what else the machine does, which seconds do."""

from __future__ import annotations

import contextlib
import os
import resource

import psutil

MARK = "ORCHESTRATION_BENCHMARK"


class Spent:
    def __init__(self, mark: str) -> None:
        self._mark = mark

    def seconds(self) -> float:
        """One that has ended counts with whoever waited for it, which may be this process."""
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return sum(_seconds(one) for one in self._processes()) + ended.ru_utime + ended.ru_stime

    def _processes(self) -> set[psutil.Process]:
        found: set[psutil.Process] = set()
        for one in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if one.pid != os.getpid() and one.environ().get(MARK) == self._mark:
                    found |= {one, *one.children(recursive=True)}
        return found


def _seconds(process: psutil.Process) -> float:
    try:
        used = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(used.user + used.system + used.children_user + used.children_system)
