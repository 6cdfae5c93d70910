"""What a scoring server uses of its machine: processor time and memory, its child processes included (Linux)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")


class Footprint(NamedTuple):
    cpu_seconds: float
    """Since the start, of the processes that are alive."""
    memory_bytes: int
    """Resident; pages that processes share count for each of them."""


def footprint(pid: int | None = None) -> Footprint:
    """Zero where the system does not tell."""
    ticks, pages = 0, 0
    for each in _family(pid or os.getpid()):
        used = _used(each)
        ticks, pages = ticks + used[0], pages + used[1]
    return Footprint(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE"))


def _family(pid: int) -> list[int]:
    """The process and all below it."""
    found, place = [pid], 0
    while place < len(found):
        found += _children(found[place])
        place += 1
    return found


def _children(pid: int) -> list[int]:
    try:
        told = [(task / "children").read_text() for task in (_PROC / str(pid) / "task").iterdir()]
    except OSError:
        return []
    return [int(one) for one in " ".join(told).split()]


def _used(pid: int) -> tuple[int, int]:
    """Clock ticks and resident pages; fields 14, 15 and 24 of proc(5)'s stat, counted after the name in brackets."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0, 0
    return int(fields[11]) + int(fields[12]), int(fields[21])
