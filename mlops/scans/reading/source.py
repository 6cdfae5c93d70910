"""Bytes that are read once, from the front, with a look ahead, a limit in size and a deadline."""

from __future__ import annotations

import time
from typing import BinaryIO

PIECE_BYTES = 256 * 1024
LINE_BYTES = 16 * 1024 * 1024


class TooMuch(Exception):
    """More than a look at one file may take; the text says of what."""


class Budget:
    """Of one file with all that is packed in it."""

    def __init__(self, *, seconds: float, unpacked_bytes: int, members: int = 50_000, depth: int = 5) -> None:
        self.deadline = time.monotonic() + seconds
        self.bytes_left = unpacked_bytes
        self.members_left = members
        self.depth = depth

    def spend(self, size: int) -> None:
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise TooMuch("it unpacks to more bytes than are looked through")
        self.check_time()

    def check_time(self) -> None:
        if time.monotonic() > self.deadline:
            raise TooMuch("looking through it took too long")

    def enter_member(self) -> None:
        self.members_left -= 1
        if self.members_left < 0:
            raise TooMuch("it packs more files than are looked through")


class Source:
    """`read` and `line` raise EOFError where too little is left."""

    def __init__(self, stream: BinaryIO, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget
        self._waiting = b""
        self._at = 0
        self._passed = 0

    @property
    def place(self) -> int:
        return self._passed + self._at

    def peek(self, size: int) -> bytes:
        """Up to that many, at most a piece more."""
        self._fill(size)
        return self._waiting[self._at : self._at + size]

    def read(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._waiting):
            self._fill(size)
            end = self._at + size
            if end > len(self._waiting):
                raise EOFError
        found = self._waiting[self._at : end]
        self._at = end
        return found

    def skip(self, size: int) -> None:
        """Without keeping what is passed."""
        while size > 0:
            here = min(size, len(self._waiting) - self._at)
            if here <= 0 and not self._fill(1):
                raise EOFError
            self._at += max(here, 0)
            size -= max(here, 0)

    def line(self) -> bytes:
        """Without its end. One without an end raises EOFError, as it does for the unpickler."""
        end = self._waiting.find(b"\n", self._at)
        if end < 0:
            self._fill(LINE_BYTES)
            end = self._waiting.find(b"\n", self._at, self._at + LINE_BYTES)
            if end < 0:
                raise EOFError
        found = self._waiting[self._at : end]
        self._at = end + 1
        return found

    def _fill(self, size: int) -> bool:
        """Reads on until so many wait, or no more come; whether any wait."""
        pieces = [self._waiting[self._at :]]
        have = len(pieces[0])
        while have < size:
            piece = self._stream.read(min(PIECE_BYTES, max(size - have, PIECE_BYTES)))
            if not piece:
                break
            self._budget.spend(len(piece))
            pieces.append(piece)
            have += len(piece)
        self._passed += self._at
        self._at, self._waiting = 0, b"".join(pieces)
        return bool(self._waiting)
