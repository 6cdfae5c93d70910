"""A folder as a zip archive that is made while it is sent: neither memory nor disk holds more than a piece of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from mlops.blobs.trees import manifest_of, open_blob

PIECE_BYTES = 1024 * 1024
PACKED = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".xml", ".html", ".yml", ".yaml", ".md", ".py")
"""What is worth the time; images, archives and Parquet are packed already."""


class ZipStream(io.RawIOBase):
    """Read-only and not seekable."""

    def __init__(self, tree_digest: str) -> None:
        self._pieces = _pieces(tree_digest)
        self._left = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size is None or size < 0:
            return self._left + b"".join(self._pieces)
        while len(self._left) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._left += piece
        given, self._left = self._left[:size], self._left[size:]
        return given


class _Drain(io.RawIOBase):
    """Keeps what was written until it is taken."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        content = bytes(piece)  # type: ignore[call-overload]
        self._written += content
        return len(content)

    def taken(self) -> bytes:
        piece, self._written = bytes(self._written), bytearray()
        return piece


def _pieces(tree_digest: str) -> Iterator[bytes]:
    drain = _Drain()
    with zipfile.ZipFile(drain, "w", allowZip64=True) as archive:
        for file in manifest_of(tree_digest).files:
            entry = zipfile.ZipInfo(file.path)
            entry.compress_type = zipfile.ZIP_DEFLATED if file.path.lower().endswith(PACKED) else zipfile.ZIP_STORED
            entry.external_attr = 0o644 << 16
            with open_blob(file.digest) as source, archive.open(entry, "w", force_zip64=True) as target:
                while piece := source.read(PIECE_BYTES):
                    target.write(piece)
                    if written := drain.taken():
                        yield written
    yield drain.taken()
