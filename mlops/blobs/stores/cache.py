"""The blobs that this machine used last, on its own disk: never more than a number of bytes, the oldest go first."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from threading import Lock

LEFT = 0.9
"""How much of the room stays in use after a clearing, so that the next one is not due at once."""


class Cache:
    """Several processes may share the folder: each file is whole as soon as it has its name, and read-only."""

    def __init__(self, folder: Path, *, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._added = 0
        self._clearing = Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def find(self, digest: str) -> Path | None:
        """Counts as a use."""
        path = self._path(digest)
        try:
            os.utime(path)
        except FileNotFoundError:
            return None
        return path

    def adopt(self, path: Path, digest: str) -> Path:
        """Takes the file over; `path` is gone then."""
        kept = self._path(digest)
        size = path.stat().st_size
        os.chmod(path, 0o444)
        kept.parent.mkdir(exist_ok=True)
        try:
            os.replace(path, kept)
        except OSError:  # another disk
            beside = kept.with_name(f"{kept.name}.{os.getpid()}")
            shutil.copyfile(path, beside)
            os.replace(beside, kept)
            path.unlink()
        self._added += size
        if self._added > self._most_bytes * (1 - LEFT):
            self._clear()
        return kept

    def link(self, path: Path, target: Path) -> None:
        """The file stays readable at `target` when it leaves the cache."""
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, target)
        except OSError:
            shutil.copyfile(path, target)

    def forget(self, digest: str) -> None:
        self._path(digest).unlink(missing_ok=True)

    def _clear(self) -> None:
        with self._clearing:
            self._added = 0
            found = []
            for path in self._folder.glob("??/*"):
                with contextlib.suppress(FileNotFoundError):
                    told = path.stat()
                    found.append((told.st_mtime, told.st_size, path))
            size = sum(one[1] for one in found)
            if size <= self._most_bytes:
                return
            for _used, own, path in sorted(found)[:-1]:  # the newest is what somebody is about to read
                path.unlink(missing_ok=True)
                size -= own
                if size <= self._most_bytes * LEFT:
                    return

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:]
