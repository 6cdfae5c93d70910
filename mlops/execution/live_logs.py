"""What a program writes to files in `logs` shows while it runs: from time to time they become files of its run.

Each look at a file that grew keeps it anew, so looks get rarer, and large files wait for the end."""

from __future__ import annotations

import time
from itertools import islice
from pathlib import Path

from mlops.execution.leaving import keep_files, leaves_files, left_files
from mlops.formats.step import StepOrder
from mlops.runs.models import Step

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
PAUSES_GROW = 1.3
MOST_FILES = 50
MOST_BYTES = 4 * 1024 * 1024


class LiveLogs:
    def __init__(self, step: Step, order: StepOrder) -> None:
        self._step, self._order = step, order
        self._folder = Path(order.work_dir) / "code" / "logs"
        self._pause = FIRST_PAUSE_SECONDS
        self._next = time.monotonic() + self._pause if leaves_files(order) else float("inf")
        self._known: dict[Path, tuple[int, int]] = {}

    def look(self) -> None:
        """Keeps what has changed since the last look, when it is time for one."""
        if time.monotonic() < self._next:
            return
        changed = {}
        for path in islice(left_files(self._folder), MOST_FILES):
            facts = path.lstat()
            mark = (facts.st_size, facts.st_mtime_ns)
            if 0 < facts.st_size <= MOST_BYTES and self._known.get(path) != mark:
                changed[path] = mark
        if changed:
            keep_files(self._step, self._order, changed)
            self._known |= changed
            self._pause = min(self._pause * PAUSES_GROW, LONGEST_PAUSE_SECONDS)
        self._next = time.monotonic() + self._pause
