"""Reads a file that another process appends to, whole lines at a time.

That process may be anybody's code: what is no longer a plain file of one name, but leads elsewhere, is not read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

CHUNK_BYTES = 1024 * 1024


class Tail:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_to = 0

    def lines(self, *, ended: bool = False) -> list[bytes]:
        """The lines since the last call, a megabyte at most; with `ended` also a last one without its line break."""
        try:
            content = read_plain(self._path, begin=self._read_to, most=CHUNK_BYTES)
        except OSError:
            return []
        end = content.rfind(b"\n") + 1
        is_last = len(content) < CHUNK_BYTES
        if (ended and is_last) or (not end and not is_last):
            end = len(content)
        self._read_to += end
        return content[:end].splitlines()


def read_plain(path: Path, *, begin: int = 0, most: int = -1) -> bytes:
    """Raises OSError for what is no plain file with one name only: a link, a pipe, a device."""
    place = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(place, "rb") as file:
        found = os.fstat(place)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            raise OSError(f"{path} is no plain file")
        file.seek(begin)
        return file.read(most)
