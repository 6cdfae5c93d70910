"""Bytes on their way into a store: written beside it, and known by their digest as soon as they are there."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

CHUNK_BYTES = 1024 * 1024


class Arrived(NamedTuple):
    path: Path
    digest: str
    size_bytes: int


@contextmanager
def arrived(source: BinaryIO, folder: Path) -> Iterator[Arrived]:
    """Reads to the end. Where that or the block ends with an error, the file is removed; else it is the block's."""
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=folder)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as target:
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        yield Arrived(path, digest.hexdigest(), size)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
