"""Where the parts of a file wait until all have come: in files of this machine, or in the bucket, where every machine
reaches them. A part's row says which bytes it is: what lies here beside those is nobody's."""

from __future__ import annotations

import io
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Protocol

from mlops.blobs.models import Blob, PartedFile
from mlops.blobs.stores import store
from mlops.blobs.stores.arriving import Arrived
from mlops.blobs.stores.pieces import Pieces
from mlops.blobs.trees import keep_stream

FOLDER = "parts"


class PartPlace(Protocol):
    def bring(self, key: uuid.UUID, number: int, part: Arrived) -> None:
        """To where it can wait; before its row is written, in no transaction."""
        ...

    def take(self, key: uuid.UUID, number: int, part: Arrived, *, instead_of: str) -> None:
        """With its row, in the transaction that holds the file's. `instead_of`: digest of the one before, or empty."""
        ...

    def has(self, key: uuid.UUID, number: int, digest: str) -> bool: ...

    def assembled(self, key: uuid.UUID, digests: Mapping[int, str]) -> Blob:
        """Of all parts by number. Raises FileNotFoundError."""
        ...

    def remove(self, key: uuid.UUID) -> None:
        """All that lies here of a file."""
        ...

    def remove_left(self, *, before: float) -> None:
        """What is older (Unix time), and whose file no row names."""
        ...


def part_place() -> PartPlace:
    pieces = store().pieces
    return PartsOnDisk() if pieces is None else PartsInBucket(pieces)


def arriving_folder() -> Path:
    """For a part while it comes."""
    folder = store().beside / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class PartsOnDisk:
    def bring(self, key: uuid.UUID, number: int, part: Arrived) -> None:
        """It is on the right disk."""

    def take(self, key: uuid.UUID, number: int, part: Arrived, *, instead_of: str) -> None:
        target = _path(key, number, part.digest)
        target.parent.mkdir(exist_ok=True)
        if instead_of:
            _path(key, number, instead_of).unlink(missing_ok=True)
        os.replace(part.path, target)

    def has(self, key: uuid.UUID, number: int, digest: str) -> bool:
        return _path(key, number, digest).exists()

    def assembled(self, key: uuid.UUID, digests: Mapping[int, str]) -> Blob:
        with _Joined([_path(key, number, digests[number]) for number in sorted(digests)]) as joined:
            return keep_stream(joined)  # type: ignore[arg-type]

    def remove(self, key: uuid.UUID) -> None:
        shutil.rmtree(arriving_folder() / key.hex, ignore_errors=True)

    def remove_left(self, *, before: float) -> None:
        for one in arriving_folder().iterdir():
            if one.stat().st_mtime < before:
                if one.is_file():
                    one.unlink(missing_ok=True)
                elif not PartedFile.objects.filter(pk=_key(one.name)).exists():
                    shutil.rmtree(one, ignore_errors=True)


class PartsInBucket:
    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces

    def bring(self, key: uuid.UUID, number: int, part: Arrived) -> None:
        with part.path.open("rb") as file:
            self._pieces.keep_file(_name(key, number, part.digest), file)

    def take(self, key: uuid.UUID, number: int, part: Arrived, *, instead_of: str) -> None:
        """The row is all. The one before stays until the file is complete: somebody may just bring it again."""

    def has(self, key: uuid.UUID, number: int, digest: str) -> bool:
        return self._pieces.exists(_name(key, number, digest))

    def assembled(self, key: uuid.UUID, digests: Mapping[int, str]) -> Blob:
        names = [_name(key, number, digests[number]) for number in sorted(digests)]
        digest, sizes = self._pieces.digest(names)
        self._pieces.become(digest, names, sizes)
        return Blob.objects.get_or_create(digest=digest, defaults={"size_bytes": sum(sizes)})[0]

    def remove(self, key: uuid.UUID) -> None:
        self._pieces.discard([name for name, _at in self._pieces.listed(f"{FOLDER}/{key.hex}/")])

    def remove_left(self, *, before: float) -> None:
        PartsOnDisk().remove_left(before=before)  # parts that were coming when a process died
        old = [name for name, at in self._pieces.listed(f"{FOLDER}/") if at < before]
        keys = {name.split("/")[1] for name in old}
        gone = {key for key in keys if not PartedFile.objects.filter(pk=_key(key)).exists()}
        self._pieces.discard([name for name in old if name.split("/")[1] in gone])


def _path(key: uuid.UUID, number: int, digest: str) -> Path:
    return arriving_folder() / key.hex / f"{number}.{digest[:16]}"


def _name(key: uuid.UUID, number: int, digest: str) -> str:
    return f"{FOLDER}/{key.hex}/{number}.{digest[:16]}"


def _key(name: str) -> uuid.UUID:
    try:
        return uuid.UUID(name)
    except ValueError:
        return uuid.UUID(int=0)


class _Joined(io.RawIOBase):
    """Files, read as if they were one."""

    def __init__(self, paths: list[Path]) -> None:
        self._waiting = list(reversed(paths))
        self._open: BinaryIO | None = None

    def read(self, size: int = -1) -> bytes:
        """As many bytes as are asked for, fewer only at the end."""
        pieces, left = [], size
        while left:
            if self._open is None:
                if not self._waiting:
                    break
                self._open = self._waiting.pop().open("rb")
            piece = self._open.read(left)
            if not piece:
                self._open.close()
                self._open = None
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
        super().close()
