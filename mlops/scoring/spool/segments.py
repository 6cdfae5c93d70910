"""Appends records to a segment of this process and seals it: one write a record, straight to the kernel.

What was written survives the death of the process, not that of the machine: it lies in the kernel's memory until the
kernel brings it to the disk, some seconds later. Nothing is kept in the process."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
import uuid
from pathlib import Path

from mlops.formats.spool import MAGIC, OPEN, SEALED

_BEGUN = ".begun-"
"""A file that is not locked yet and so must not be found as one that somebody left."""


class Segment:
    """Open until `seal`. `append` raises OSError where the disk takes no more; what was there before stays sound."""

    def __init__(self, folder: Path) -> None:
        self.began = time.monotonic()
        self.size_bytes = len(MAGIC)
        self.records = 0
        self._path = folder / f"{time.time_ns() // 1000:016x}-{uuid.uuid4().hex}{OPEN}"
        begun = folder / f"{_BEGUN}{self._path.name}"
        self._handle = os.open(begun, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _write(self._handle, MAGIC)
            os.rename(begun, self._path)
        except OSError:
            os.close(self._handle)
            with contextlib.suppress(OSError):
                os.unlink(begun)
            raise

    def append(self, framed: bytes) -> None:
        try:
            _write(self._handle, framed)
        except OSError:
            os.ftruncate(self._handle, self.size_bytes)
            raise
        self.size_bytes += len(framed)
        self.records += 1

    def seal(self) -> None:
        """Its reader may have it now. One without a record goes."""
        try:
            if self.records:
                os.rename(self._path, self._path.with_suffix(SEALED))
            else:
                os.unlink(self._path)
        except FileNotFoundError:
            pass
        finally:
            os.close(self._handle)


def _write(handle: int, content: bytes) -> None:
    written = os.write(handle, content)
    while written < len(content):
        written += os.write(handle, memoryview(content)[written:])
