"""A new revision takes over server by server: never more than one above what runs, never fewer ready ones. Pure."""

from __future__ import annotations


def to_start(*, started: int, ready: int, wanted: int, before: int) -> int:
    """How many servers of the new revision are to run now. `started` and `ready`: of the new revision, so far;
    `before`: of the revision that was ready. The first revision starts all of them at once."""
    if not before:
        return wanted
    if started and ready < started:
        return min(started, wanted)
    return min(started + 1, wanted)


def to_keep(*, ready: int, wanted: int, before: int) -> int:
    """How many servers of the revision before go on."""
    return 0 if ready >= wanted else max(0, before - ready)
