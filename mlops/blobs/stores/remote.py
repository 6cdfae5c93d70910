"""A file that lies elsewhere, read by ranges: whoever wants the end of 50 GB does not wait for the beginning."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any


class Remote(io.RawIOBase):
    """`read_range(name, start, count)` gives the bytes from `start` on."""

    def __init__(self, read_range: Callable[[str, int, int], bytes], name: str, size_bytes: int) -> None:
        self._read_range = read_range
        self._name = name
        self._size = size_bytes
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self._size - self._at)
        if count <= 0:
            return 0
        found = self._read_range(self._name, self._at, count)
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)
