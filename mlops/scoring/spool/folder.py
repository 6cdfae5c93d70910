"""A spool's folder as its readers see it: what is sealed, what dead processes left, and the way out.

Any number of processes may write and read at once. A segment that is open belongs to the process that holds its lock
(flock, which the kernel gives back however the process ends): one that nobody holds was left by a dead one, and
whoever finds it cuts its torn end and seals it."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

import msgspec

from mlops.formats.spool import MAGIC, OPEN, SEALED, SEGMENT_NAME, cut


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed segment."""

    name: str
    size_bytes: int


def held(folder: Path) -> list[Held]:
    """The oldest first; nothing where there is no folder."""
    found = []
    for entry in _entries(folder):
        name, ending = os.path.splitext(entry.name)
        if ending == SEALED and SEGMENT_NAME.fullmatch(name):
            with contextlib.suppress(FileNotFoundError):
                found.append(Held(name=name, size_bytes=entry.stat().st_size))
    return sorted(found, key=lambda one: one.name)


def read(folder: Path, name: str) -> bytes:
    """Raises FileNotFoundError, also for what is no name of a segment."""
    return _place(folder, name).read_bytes()


def discard(folder: Path, name: str) -> None:
    """A segment that is gone already is no fault."""
    with contextlib.suppress(FileNotFoundError):
        _place(folder, name).unlink()


def seal_left(folder: Path) -> int:
    """Seals what dead processes left open; how many. One without a sound record is removed."""
    found = 0
    for entry in _entries(folder):
        if os.path.splitext(entry.name)[1] == OPEN:
            with contextlib.suppress(FileNotFoundError):
                found += _seal_left(Path(entry.path))
    return found


def used_bytes(folder: Path) -> tuple[int, int]:
    """Of all segments, open ones too; and how many there are."""
    size = count = 0
    for entry in _entries(folder):
        with contextlib.suppress(FileNotFoundError):
            size += entry.stat().st_size
            count += 1
    return size, count


def is_empty(folder: Path) -> bool:
    """Whether no record waits in it: all was taken, and nobody writes."""
    return not any(os.path.splitext(entry.name)[1] in (OPEN, SEALED) for entry in _entries(folder))


def _seal_left(path: Path) -> bool:
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        content = os.pread(handle, os.fstat(handle).st_size, 0)
        sound = cut(content)
        if sound < len(content):
            os.ftruncate(handle, sound)
        if sound <= len(MAGIC):
            path.unlink()
            return False
        os.rename(path, path.with_suffix(SEALED))
        return True
    finally:
        os.close(handle)


def _place(folder: Path, name: str) -> Path:
    if not SEGMENT_NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return folder / f"{name}{SEALED}"


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
