"""Layers kept on this machine: blobs by digest, and what each was made of, so that none is made twice."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from mlops.packaging.images.oci import Layer, digest_of
from mlops.packaging.images.progress import Progress


class LayerStore:
    """Safe for several processes: files are renamed into place, and a layer is made by one of them at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._blobs = folder / "blobs" / "sha256"
        self._known = folder / "layers"
        self.scratch = folder / "scratch"
        for place in (self._blobs, self._known, self.scratch):
            place.mkdir(parents=True, exist_ok=True)

    def path(self, digest: str) -> Path:
        return self._blobs / digest.removeprefix("sha256:")

    def has(self, digest: str) -> bool:
        return self.path(digest).is_file()

    def keep(self, content: bytes) -> str:
        """A small document; the result is its digest."""
        digest = digest_of(content)
        if not self.has(digest):
            with self._draft() as file:
                file.write(content)
                file.flush()
                os.replace(file.name, self.path(digest))
        return digest

    def adopt(self, file: Path, digest: str) -> None:
        """A file of the scratch folder becomes the blob of this digest, which was checked."""
        os.replace(file, self.path(digest))

    def layer(self, key: str) -> Layer | None:
        """That was made under this key, if its blob is still here."""
        try:
            layer = msgspec.json.decode((self._known / f"{key}.json").read_bytes(), type=Layer)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        return layer if self.has(layer.digest) else None

    def make(self, key: str, write: Callable[[BinaryIO], Layer], *, progress: Progress) -> Layer:
        """The layer of this key, written now if it is not here. `key` names all that goes into it."""
        known = self.layer(key)
        if known is not None:
            self.touch(known.digest)
            return known
        with self._alone(key, progress):
            known = self.layer(key)
            if known is not None:
                return known
            with self._draft() as file:
                layer = write(file)
                file.flush()
                os.replace(file.name, self.path(layer.digest))
            self.remember(key, layer)
        return layer

    def remember(self, key: str, layer: Layer) -> None:
        with self._draft() as file:
            file.write(msgspec.json.encode(layer))
            file.flush()
            os.replace(file.name, self._known / f"{key}.json")

    def remove_all_but(self, digests: set[str], *, older_than: float) -> int:
        """Forgets blobs that nothing named here uses, last changed before `older_than` (Unix seconds); bytes freed."""
        freed = 0
        for blob in self._blobs.iterdir():
            status = blob.stat()
            if f"sha256:{blob.name}" not in digests and status.st_mtime < older_than:
                freed += status.st_size
                blob.unlink(missing_ok=True)
        for known in self._known.glob("*.json"):
            if self.layer(known.stem) is None:
                known.unlink(missing_ok=True)
        for left in self.scratch.iterdir():
            if left.stat().st_mtime < older_than and left.is_file():
                left.unlink(missing_ok=True)
        return freed

    def touch(self, digest: str) -> None:
        """In use now: clearing away spares it for a while."""
        os.utime(self.path(digest))

    @contextmanager
    def _draft(self) -> Iterator[Any]:
        with tempfile.NamedTemporaryFile(dir=self.scratch, delete=False) as file:
            try:
                yield file
            finally:
                Path(file.name).unlink(missing_ok=True)

    @contextmanager
    def _alone(self, key: str, progress: Progress) -> Iterator[None]:
        with (self._known / f"{key}.lock").open("w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    progress.check()
                    time.sleep(0.1)
            yield
