"""All that descends from a process, also what left its session or its parent: found in /proc, counted and ended.

An orphan stays within reach where the one at the top is a subreaper (`adopt_orphans`)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
from collections import defaultdict
from collections.abc import Sequence

PR_SET_CHILD_SUBREAPER = 36
ROUNDS = 50
"""How often those are looked for that were born while others were being ended."""

TASKS = 8
"""Threads for each process that a step may have: what the kernel allows, until its processes have been counted."""

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def adopt_orphans() -> None:
    """From now on this process is the parent of every descendant whose own parent ends (Linux)."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid: int, *, spared: frozenset[int] = frozenset()) -> list[int]:
    """Children before grandchildren; without the spared ones and what descends from these."""
    children: dict[int, list[int]] = defaultdict(list)
    for one in _all_pids():
        with contextlib.suppress(OSError, ValueError, IndexError):
            children[_parent(one)].append(one)
    found: list[int] = []
    waiting = [pid]
    while waiting:
        born = [one for one in children.pop(waiting.pop(), []) if one not in spared]
        found += born
        waiting += born
    return found


def end_descendants(pid: int, *, spared: frozenset[int] = frozenset()) -> int:
    """How many there were. They are stopped first, so that they bear no others while they are ended."""
    ended: set[int] = set()
    for _round in range(ROUNDS):
        alive = [one for one in descendants(pid, spared=spared) if one not in ended]
        if not alive:
            break
        for signal_number in (signal.SIGSTOP, signal.SIGKILL):
            for one in alive:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(one, signal_number)
        ended.update(alive)
    return len(ended)


def tasks_of(user: int) -> int:
    """Threads of all the processes of a user."""
    count = 0
    for pid in _all_pids():
        with contextlib.suppress(OSError, ValueError, IndexError):
            if os.stat(f"/proc/{pid}").st_uid == user:
                count += int(_fields(pid)[17])
    return count


def memory_bytes(pids: Sequence[int], *, least: int) -> int:
    """Of all of them together. Beyond `least` it is measured anew so that what they share counts once."""
    own = sum(_own_bytes(pid) for pid in pids)
    return own if own <= least else sum(_proportional_bytes(pid) for pid in pids)


def _own_bytes(pid: int) -> int:
    """Resident, without files and shared memory."""
    with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/statm", "rb") as file:
        _size, resident, shared, *_rest = map(int, file.read().split())
        return (resident - shared) * PAGE_BYTES
    return 0


def _proportional_bytes(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/smaps_rollup", "rb") as file:
        sizes = dict(line.split(b":", 1) for line in file if line.endswith(b"kB\n"))
        return sum(int(sizes.get(name, b"0 kB").split()[0]) for name in (b"Pss_Anon", b"Pss_Shmem")) * 1024
    return 0


def _all_pids() -> list[int]:
    with contextlib.suppress(OSError):
        return [int(name) for name in os.listdir("/proc") if name.isdecimal()]
    return []


def _parent(pid: int) -> int:
    """A zombie has none here."""
    fields = _fields(pid)
    return 0 if fields[0] in (b"Z", b"X") else int(fields[1])


def _fields(pid: int) -> list[bytes]:
    """From the third on (proc(5)): the second, a name, may hold anything and ends at the last bracket."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        return file.read().rpartition(b") ")[2].split()
