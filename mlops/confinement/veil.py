"""Folders that all programs of a machine share, of which each confined one has its own: /tmp, /dev/shm, and /run with
the sockets of its services (a database, Docker's engine), which Landlock alone does not close.

By a mount namespace of the calling thread, for which root's powers are needed (mount_namespaces(7)); without them
nothing is changed."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import glob
import os
from collections.abc import Iterable

CLONE_NEWNS, CAP_SYS_ADMIN = 0x20000, 21
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 1 << 1, 1 << 2, 1 << 12, 1 << 14, 1 << 18
MNT_DETACH = 2

TMP, SHARED_MEMORY = ("/tmp", "/var/tmp"), "/dev/shm"  # noqa: S108  # nosec B108
RUN = "/run"
KEPT_OF_RUN = ("/run/systemd/resolve", "/run/resolvconf", "/run/nvidia*")
TMPFS = {RUN: b"size=4m,mode=755", SHARED_MEMORY: b"size=50%,mode=1777"}
SMALL = b"size=256m,mode=1777"


def draw(tmp: str, *, kept: Iterable[str]) -> tuple[str, ...]:
    """Which folders are the thread's own to write from now on; empty where it has no power to. `tmp`: the folder that
    stands for /tmp; `kept`: what goes on to be seen as it is. A folder that holds some of it is covered, and is not to
    be written: a rule for it would hold for what is kept in it as well."""
    if not can_draw():
        return ()
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(CLONE_NEWNS) or library.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None):
        return ()
    seen = [os.path.realpath(path) for path in kept] + [path for name in KEPT_OF_RUN for path in glob.glob(name)]
    return tuple(place for place in (RUN, SHARED_MEMORY, *TMP) if _cover(library, place, tmp, seen))


@functools.cache
def can_draw() -> bool:
    try:
        with open("/proc/thread-self/status", encoding="ascii", errors="replace") as status:
            held = next(line.split()[1] for line in status if line.startswith("CapEff"))
    except (OSError, StopIteration):
        return False
    return bool(int(held, 16) >> CAP_SYS_ADMIN & 1)


def _cover(library: ctypes.CDLL, place: str, tmp: str, seen: list[str]) -> bool:
    """Whether all in it is the thread's own. Left as it is where what must be seen in it could not be."""
    if os.path.realpath(place) != place or not os.path.isdir(place):
        return False
    inside = _outermost([path for path in (*seen, tmp) if path.startswith(f"{place}/")])
    opened = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in inside if os.path.exists(path)}
    try:
        if place in TMP and not opened:
            return not library.mount(tmp.encode(), place.encode(), None, MS_BIND, None)
        options = TMPFS.get(place, SMALL)
        if library.mount(b"tmpfs", place.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, options):
            return False
        if not all(_show(library, path, source) for path, source in opened.items()):
            library.umount2(place.encode(), MNT_DETACH)
        return place != RUN and not opened
    finally:
        for source in opened.values():
            os.close(source)


def _show(library: ctypes.CDLL, path: str, source: int) -> bool:
    origin = f"/proc/thread-self/fd/{source}"
    with contextlib.suppress(OSError):
        if os.path.isdir(origin):
            os.makedirs(path, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        return not library.mount(origin.encode(), path.encode(), None, MS_BIND | MS_REC, None)
    return False


def _outermost(paths: list[str]) -> list[str]:
    """Without those that lie in another of them."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not any(path == one or path.startswith(f"{one}/") for one in kept):
            kept.append(path)
    return kept
