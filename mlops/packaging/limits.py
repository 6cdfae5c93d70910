"""What a child process of packaging imposes on itself first: memory, one thread a library, and the parent's fate."""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading

MEMORY_BYTES = 4 * 1024**3


def within_limits(*, memory_bytes: int = MEMORY_BYTES) -> None:
    """Ends with the parent, whose pipe to our standard input closes when it dies, however it dies."""
    limited(memory_bytes=memory_bytes)
    os.nice(5)
    ends_with_parent()


def limited(*, memory_bytes: int) -> None:
    """For one that reads its standard input itself, and so ends with the parent."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def ends_with_parent() -> None:
    """Ends when our standard input closes, which the parent holds the other end of."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if sys.stdin is None or sys.stdin.isatty():
        return
    while os.read(0, 4096):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL) if os.getpgrp() == os.getpid() else os._exit(1)
