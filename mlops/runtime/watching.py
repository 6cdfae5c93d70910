"""What a step takes of the machine, looked at while it runs: processes, memory and disk of all that it started.

The kernel's own limits are for one process or one file; here it is their sum that counts."""

from __future__ import annotations

import os
import shutil
import time

from mlops.confinement.family import descendants, memory_bytes
from mlops.formats.spoken import gettext as _
from mlops.formats.step import StepError, StepOrder
from mlops.runtime.deaths import disk_full, out_of_memory

LOOK_SECONDS = 0.5
DISK_LOOK_SECONDS = 2.0
REST = 20
"""To look at a folder may take one part in this many of the time."""

MOST_FILES = 1_000_000
ENOUGH_LOOKS = 4
"""So many tell how much memory a step took at most; of a shorter one the kernel does."""


class Watch:
    def __init__(self, order: StepOrder, pid: int) -> None:
        self._order, self._pid = order, pid
        self._looks, self._most_bytes = 0, 0
        now = time.monotonic()
        self._look_at, self._disk_at = now + LOOK_SECONDS, now + DISK_LOOK_SECONDS

    def breach(self) -> StepError | None:
        """The limit that is broken now, in the words of its end. Cheap: it looks only now and then."""
        now = time.monotonic()
        if now < self._look_at:
            return None
        self._look_at = now + LOOK_SECONDS
        broken = self._of_processes()
        if broken is None and now >= self._disk_at:
            broken = self._of_disk()
            took = time.monotonic() - now
            self._disk_at = now + max(DISK_LOOK_SECONDS, REST * took)
        return broken

    def peak_bytes(self) -> int | None:
        """The most memory that was seen, as its limit counts it: without the pages of files that are mapped, which the
        kernel takes back when they are needed. None where there were too few looks."""
        return self._most_bytes if self._looks >= ENOUGH_LOOKS else None

    def _of_processes(self) -> StepError | None:
        limits = self._order.limits
        if limits.processes is None and limits.memory_bytes is None:
            return None
        family = descendants(self._pid)
        if limits.processes is not None and len(family) > limits.processes:
            return StepError(
                code="too_many_processes",
                message=_("“%(title)s” was stopped: it started more than %(processes)s processes.")
                % {"title": self._order.title, "processes": limits.processes},
                hint=_("Start fewer at once, or allow more with MLOPS_STEP_PROCESSES."),
            )
        most = limits.memory_bytes
        if most is None:
            return None
        used = memory_bytes([self._pid, *family], least=most)
        self._looks, self._most_bytes = self._looks + 1, max(self._most_bytes, used)
        return out_of_memory(self._order) if used > most else None

    def _of_disk(self) -> StepError | None:
        limits = self._order.limits
        if limits.free_bytes is not None and shutil.disk_usage(self._order.work_dir).free < limits.free_bytes:
            return disk_full(self._order)
        if limits.disk_bytes is None:
            return None
        used = used_bytes([self._order.work_dir, *self._order.outputs.values()], most=limits.disk_bytes)
        return too_much_disk(self._order) if used > limits.disk_bytes else None


def used_bytes(folders: list[str], *, most: int) -> int:
    """On the disk, below all of them. It ends early beyond `most`; a million files count as more than that."""
    used, files = 0, 0
    waiting = list(dict.fromkeys(folders))
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    files += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    used += entry.stat(follow_symlinks=False).st_blocks * 512
        except OSError:  # it was removed in this moment
            continue
        if used > most or files > MOST_FILES:
            return max(used, most + 1)
    return used


def too_much_disk(order: StepOrder) -> StepError:
    most = (order.limits.disk_bytes or 0) / 1e9
    return StepError(
        code="too_much_disk",
        message=_("“%(title)s” was stopped: it wrote more than the %(most)s GB that a step may have on the disk.")
        % {"title": order.title, "most": f"{most:g}"},
        hint=_("Write less, remove what is not needed any more, or allow more with MLOPS_STEP_DISK_BYTES."),
    )
