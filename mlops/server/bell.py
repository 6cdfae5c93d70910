"""Rings where a file gets its name in a folder, so that who waits for one need not look again and again.

Linux tells of it (inotify). Elsewhere, and where the machine has no watch left, waiting is a short sleep."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import time
from pathlib import Path

IN_MOVED_TO = 0x80
LONGEST_SECONDS = 1.0
"""A folder that another machine writes to rings here for nobody."""


class Bell:
    def __init__(self, folder: Path, *, pause_seconds: float) -> None:
        """`pause_seconds`: how long a wait is where nothing rings."""
        self._pause = pause_seconds
        self._watch = _watched(folder)

    def wait(self, seconds: float) -> None:
        """At most so long. What came since the last wait rings at once."""
        if self._watch is None:
            time.sleep(min(seconds, self._pause))
            return
        if select.select([self._watch], [], [], min(seconds, LONGEST_SECONDS))[0]:
            with contextlib.suppress(BlockingIOError):
                os.read(self._watch, 65536)

    def close(self) -> None:
        if self._watch is not None:
            os.close(self._watch)
            self._watch = None


def _watched(folder: Path) -> int | None:
    try:
        library = ctypes.CDLL(None, use_errno=True)
        watch = int(library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        if watch < 0:
            return None
        if library.inotify_add_watch(watch, os.fsencode(folder), IN_MOVED_TO) >= 0:
            return watch
    except (AttributeError, OSError):  # another system
        return None
    os.close(watch)
    return None
