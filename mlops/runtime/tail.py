"""Reads a file that another process appends to, whole lines at a time."""

from __future__ import annotations

from pathlib import Path

CHUNK_BYTES = 1024 * 1024


class Tail:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_to = 0

    def lines(self, *, ended: bool = False) -> list[bytes]:
        """The lines since the last call, a megabyte at most; with `ended` also a last one without its line break."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._read_to)
                content = file.read(CHUNK_BYTES)
        except FileNotFoundError:
            return []
        end = content.rfind(b"\n") + 1
        is_last = len(content) < CHUNK_BYTES
        if (ended and is_last) or (not end and not is_last):
            end = len(content)
        self._read_to += end
        return content[:end].splitlines()
