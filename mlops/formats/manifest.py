"""A tree of files as a manifest over content-addressed blobs; the tree's digest names a version for ever."""

from __future__ import annotations

import hashlib

import msgspec

ARCHIVE_FILE = "files.zip"
"""In the tree of a dataset that was uploaded as a zip archive, beside the table that lists its files."""


class File(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    """Relative, with forward slashes."""
    digest: str
    """SHA-256, hexadecimal."""
    size_bytes: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Files sorted by path."""

    files: tuple[File, ...]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)

    def encode(self) -> bytes:
        return msgspec.json.encode(self, order="deterministic")

    def digest(self) -> str:
        return hashlib.sha256(self.encode()).hexdigest()
