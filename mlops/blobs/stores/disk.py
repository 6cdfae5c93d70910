"""Blobs as read-only files below one folder: ab/cdef…, written beside and renamed into place."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from mlops.blobs.stores.arriving import CHUNK_BYTES, arrived
from mlops.blobs.stores.pieces import Pieces

SETTLED_FILES = 5_000


class DiskStore:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.beside = folder / "incoming"
        self.pieces: Pieces | None = None
        (folder / "incoming").mkdir(parents=True, exist_ok=True)

    def prepare(self) -> None:
        """It was made with the store."""

    def put(self, source: BinaryIO) -> tuple[str, int]:
        first = source.read(CHUNK_BYTES)
        if len(first) < CHUNK_BYTES:
            known = hashlib.sha256(first).hexdigest()
            if self._touch(known, len(first)):  # nothing to write, as what an equal step made
                return known, len(first)
        digest, size = hashlib.sha256(), 0
        handle, name = tempfile.mkstemp(dir=self.folder / "incoming")
        try:
            with os.fdopen(handle, "wb") as target:
                chunk = first
                while chunk:
                    digest.update(chunk)
                    size += len(chunk)
                    target.write(chunk)
                    chunk = source.read(CHUNK_BYTES)
                path = self._path(digest.hexdigest())
                if self._touch(digest.hexdigest(), size):  # the same bytes, which were brought to the disk before
                    Path(name).unlink()
                    return digest.hexdigest(), size
                target.flush()
                os.fsync(target.fileno())
            os.chmod(name, 0o444)
            path.parent.mkdir(exist_ok=True)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return digest.hexdigest(), size

    def take_over(self, path: Path, digest: str) -> None:
        if self._touch(digest, path.stat().st_size):
            path.unlink()
            return
        aside = self.folder / "incoming" / f"taken-{digest}-{os.getpid()}"
        try:
            os.replace(path, aside)
        except OSError:  # another disk
            with path.open("rb") as source:
                self.put(source)
            path.unlink()
            return
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        os.chmod(aside, 0o444)
        target = self._path(digest)
        target.parent.mkdir(exist_ok=True)
        os.replace(aside, target)

    @contextmanager
    def together(self) -> Iterator[Callable[[BinaryIO], tuple[str, int]]]:
        """To put many small files: they are brought to the disk by the thousand, and not one by one."""
        batch = _Batch(self)
        try:
            yield batch.put
            batch.settle()
        finally:
            batch.forget()

    def open(self, digest: str) -> BinaryIO:
        return self._path(digest).open("rb")

    def exists(self, digest: str, *, size_bytes: int | None = None) -> bool:
        try:
            return size_bytes in (None, self._path(digest).stat().st_size)
        except FileNotFoundError:
            return False

    def fetch(self, digest: str, target: str) -> None:
        if not Path(target).parent.exists():  # to look is far cheaper than to make what is there
            Path(target).parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(self._path(digest), target)
        except OSError:
            shutil.copyfile(self._path(digest), target)

    def delete(self, digest: str) -> None:
        self._path(digest).unlink(missing_ok=True)

    def delete_untouched(self, digest: str, *, since: float) -> bool:
        """Taken aside first: who touches it before that is seen by its time, who comes later writes it anew."""
        path = self._path(digest)
        aside = self.folder / "incoming" / f"gone-{digest}"
        try:
            os.replace(path, aside)
        except FileNotFoundError:
            return True
        if aside.stat().st_mtime > since:
            os.replace(aside, path)
            return False
        aside.unlink()
        return not path.exists()

    def listed(self) -> Iterator[tuple[str, float]]:
        for folder in sorted(self.folder.iterdir()):
            if len(folder.name) != 2:
                continue
            for path in folder.iterdir():
                with contextlib.suppress(FileNotFoundError):
                    yield folder.name + path.name, path.stat().st_mtime

    def _touch(self, digest: str, size_bytes: int) -> bool:
        """Whether it is there: what a disk has lost a part of is written again."""
        path = self._path(digest)
        try:
            os.utime(path)
            return path.stat().st_size == size_bytes
        except FileNotFoundError:
            return False

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest[2:]


class _Batch:
    """What was written and is not yet known to be on the disk is in `incoming`, where nobody looks for it."""

    def __init__(self, store: DiskStore) -> None:
        self._store = store
        self._written: dict[str, Path] = {}

    def put(self, source: BinaryIO) -> tuple[str, int]:
        with arrived(source, self._store.beside) as one:
            if one.digest in self._written or self._store.exists(one.digest, size_bytes=one.size_bytes):
                one.path.unlink()
            else:
                os.chmod(one.path, 0o444)
                self._written[one.digest] = one.path
        if len(self._written) >= SETTLED_FILES:
            self.settle()
        return one.digest, one.size_bytes

    def settle(self) -> None:
        os.sync()
        for digest, written in self._written.items():
            path = self._store._path(digest)
            path.parent.mkdir(exist_ok=True)
            os.replace(written, path)
        self._written.clear()

    def forget(self) -> None:
        for written in self._written.values():
            written.unlink(missing_ok=True)
        self._written.clear()
