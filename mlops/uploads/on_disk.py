"""Unfinished files as files of this machine: one each, whose length is what has come."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from typing import BinaryIO
from uuid import UUID

from mlops.blobs.stores import store
from mlops.uploads.models import SentFile
from mlops.uploads.places import opened, place_of
from mlops.uploads.waiting import COPY_BYTES, Checksum, damaged, too_long, wrong_offset


class WholeFile:
    def __init__(self, upload_id: UUID, digest: str) -> None:
        self.digest = digest
        self._id = upload_id

    def keep(self) -> None:
        store().take_over(place_of(self._id), self.digest)


class OnDisk:
    def received_bytes(self, upload: SentFile) -> int:
        try:
            return place_of(upload.pk).stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, upload: SentFile, source: BinaryIO, *, offset: int, checksum: Checksum | None) -> int:
        with opened(upload.pk) as file:
            received = os.fstat(file.fileno()).st_size
            if offset != received or upload.blob_id:
                raise wrong_offset(offset, upload.size_bytes if upload.blob_id else received)
            file.seek(offset)
            try:
                _append(file, source, upload, offset, checksum)
            except BaseException:
                file.truncate(offset)
                raise
            file.flush()
            return file.tell()

    @contextmanager
    def whole(self, upload: SentFile) -> Iterator[WholeFile]:
        with opened(upload.pk) as file:
            yield WholeFile(upload.pk, hashlib.file_digest(file, "sha256").hexdigest())

    def discard(self, upload_id: UUID) -> None:
        place_of(upload_id).unlink(missing_ok=True)

    def clear(self) -> None:
        """Nothing: a file without a row is removed with its row."""


def _append(file: BufferedRandom, source: BinaryIO, upload: SentFile, offset: int, checksum: Checksum | None) -> None:
    digest = hashlib.new(checksum[0]) if checksum else None
    left = upload.size_bytes - offset
    while piece := source.read(COPY_BYTES):
        left -= len(piece)
        if left < 0:
            raise too_long(upload)
        file.write(piece)
        if digest:
            digest.update(piece)
    if digest and checksum and digest.digest() != checksum[1]:
        raise damaged()
