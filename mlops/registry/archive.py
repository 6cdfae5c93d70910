"""A version's files as one zip, made while it is sent: nothing of it is held in memory or on disk."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Any

from mlops.blobs.trees import open_blob
from mlops.formats.manifest import File

CHUNK_BYTES = 256 * 1024
EARLIEST = (1980, 1, 1, 0, 0, 0)
PACKED_ALREADY = (".parquet", ".zip", ".gz", ".png", ".jpg")


def zipped(files: tuple[File, ...], *, folder: str) -> Iterator[bytes]:
    """The bytes of a zip with the files below `folder`. Equal files give equal bytes."""
    sink = _Sink()
    with zipfile.ZipFile(sink, mode="w", allowZip64=True) as archive:  # type: ignore[call-overload]
        for file in files:
            entry = zipfile.ZipInfo(f"{folder}/{file.path}", date_time=EARLIEST)
            packed = file.path.endswith(PACKED_ALREADY)
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            with open_blob(file.digest) as source, archive.open(entry, mode="w", force_zip64=True) as target:
                while chunk := source.read(CHUNK_BYTES):
                    target.write(chunk)
                    yield from sink.taken()
            yield from sink.taken()
    yield from sink.taken()


class _Sink:
    """Takes what the archive writes; it cannot be sought, so sizes follow their entries."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def taken(self) -> Iterator[bytes]:
        parts, self._parts = self._parts, []
        if parts:
            yield b"".join(parts)
