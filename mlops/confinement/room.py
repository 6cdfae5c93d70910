"""How much memory a process may still take: by its own limit, by its container's, and by what the machine has free."""

from __future__ import annotations

import contextlib
import resource
from pathlib import Path

LEAN = {"_RJEM_MALLOC_CONF": "narenas:2,retain:false,muzzy_decay_ms:0"}
"""Environment of a process that has little room: Polars' allocator gives back what it does not use."""

CONTAINER = Path("/sys/fs/cgroup")


def room_bytes() -> int:
    rooms = [_available_bytes()]
    limit, _hard = resource.getrlimit(resource.RLIMIT_DATA)
    if limit != resource.RLIM_INFINITY:
        rooms.append(limit - _own("VmData"))
    with contextlib.suppress(OSError, ValueError):  # none, or `max`
        most, used = (int((CONTAINER / name).read_text()) for name in ("memory.max", "memory.current"))
        rooms.append(most - used + _droppable())
    return max(min(rooms), 0)


def untouched_bytes() -> int:
    """Address space that libraries have reserved for data and not written to: it takes no memory, but RLIMIT_DATA
    counts it."""
    return max(_own("VmData") - _own("RssAnon"), 0)


def _available_bytes() -> int:
    """On the machine; what Linux does not tell, psutil does, which images of models do not have."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    import psutil

    return int(psutil.virtual_memory().available)


def _own(figure: str) -> int:
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(f"{figure}:"):
                return int(line.split()[1]) * 1024
    return 0


def _droppable() -> int:
    """Of files that the container has read: the kernel lets go of them when the memory is needed."""
    told = dict(line.split() for line in (CONTAINER / "memory.stat").read_text().splitlines())
    return int(told.get("inactive_file", 0)) + int(told.get("active_file", 0))
