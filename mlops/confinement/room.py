"""How much memory a process may still take: by its own limit, by its container's, and by what the machine has free."""

from __future__ import annotations

import contextlib
import resource
from pathlib import Path

LEAN = {"_RJEM_MALLOC_CONF": "narenas:2,retain:false,muzzy_decay_ms:0"}
"""Environment of a process that has little room: Polars' allocator gives back what it does not use."""

CONTAINER = Path("/sys/fs/cgroup")


STACKS_BYTES = 64 * 2**20
"""Of threads, which libraries start later and hardly use; what is used is looked at from outside (runtime.watching)."""

_allowed_bytes: int | None = None
"""What this process may write to, since it was limited."""


def allow(memory_bytes: int) -> None:
    """From now on this process takes no more: data, heap and mapped buffers, without libraries and stacks, and without
    what libraries have only reserved (the zygote's have 180 MB of that). A fork is limited as well.

    What a library leaves behind reserved (DuckDB after a query: some hundred MB) is counted out again whenever somebody
    asks how much room there is. So the hard limit is twice that; who looks from outside ends the step before."""
    global _allowed_bytes
    _allowed_bytes = memory_bytes
    _limit(_countable(memory_bytes), hard=2 * _countable(memory_bytes))


def _limit(soft: int, *, hard: int) -> None:
    _soft, most = resource.getrlimit(resource.RLIMIT_DATA)
    hard = hard if most == resource.RLIM_INFINITY else min(hard, most)
    resource.setrlimit(resource.RLIMIT_DATA, (min(soft, hard), hard))


def _countable(memory_bytes: int) -> int:
    return memory_bytes + untouched_bytes() + STACKS_BYTES


def room_bytes() -> int:
    if _allowed_bytes is not None:
        _limit(_countable(_allowed_bytes), hard=resource.getrlimit(resource.RLIMIT_DATA)[1])
    rooms = [_available_bytes()]
    soft, _hard = resource.getrlimit(resource.RLIMIT_DATA)
    if soft != resource.RLIM_INFINITY:
        rooms.append(soft - _own("VmData"))
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
