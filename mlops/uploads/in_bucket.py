"""Unfinished files as pieces in the bucket, and rows that count them: the next piece may come to any web process, and
none needs room for more than a piece.

Two requests that send at the same time exclude each other where they are counted: a piece counts only where the file is
as long as it was when the piece began."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import BinaryIO, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mlops.blobs.stores import store
from mlops.blobs.stores.pieces import Pieces
from mlops.uploads.models import SentFile, SentPiece
from mlops.uploads.waiting import COPY_BYTES, Checksum, busy, damaged, too_long, wrong_offset

FOLDER = "sent"
PIECE_BYTES = 64 * 1024 * 1024
"""A request with more becomes several pieces, of which each counts as soon as it is kept."""
LEASE = timedelta(minutes=2)
LEFT_SECONDS = 48 * 3600.0
"""A piece that no row names is older than this only if its process died."""


class _Piece(NamedTuple):
    name: str
    start: int
    size_bytes: int


class WholePieces:
    def __init__(self, pieces: Pieces, names: Sequence[str], *, digest: str, sizes: Sequence[int]) -> None:
        self.digest = digest
        self._pieces, self._names, self._sizes = pieces, names, sizes

    def keep(self) -> None:
        self._pieces.become(self.digest, self._names, self._sizes)


class InBucket:
    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces

    def received_bytes(self, upload: SentFile) -> int:
        return upload.received_bytes

    def append(self, upload: SentFile, source: BinaryIO, *, offset: int, checksum: Checksum | None) -> int:
        if offset != upload.received_bytes or upload.blob_id:
            raise wrong_offset(offset, upload.size_bytes if upload.blob_id else upload.received_bytes)
        digest = hashlib.new(checksum[0]) if checksum else None
        kept: list[_Piece] = []
        now = offset
        try:
            for file, size in _cut(source, digest):
                if now + size > upload.size_bytes:
                    raise too_long(upload)
                kept.append(_Piece(f"{FOLDER}/{upload.pk.hex}/{now:015d}-{secrets.token_hex(4)}", now, size))
                self._pieces.keep_file(kept[-1].name, file)
                now += size
                if digest is None:
                    _count(upload, kept)
                    kept.clear()
            if digest is not None and checksum is not None and digest.digest() != checksum[1]:
                raise damaged()
            _count(upload, kept)
        except BaseException:
            self._pieces.discard([one.name for one in kept])
            raise
        return now

    @contextmanager
    def whole(self, upload: SentFile) -> Iterator[WholePieces]:
        _claim(upload)
        try:
            names = list(SentPiece.objects.filter(upload=upload).order_by("start").values_list("name", flat=True))
            digest, sizes = self._pieces.digest(_renewing(upload, names))
            yield WholePieces(self._pieces, names, digest=digest, sizes=sizes)
        finally:
            SentFile.objects.filter(pk=upload.pk).update(read_until=None)

    def discard(self, upload_id: UUID) -> None:
        """By what lies there, for the rows may be gone with the upload's."""
        self._pieces.discard([name for name, _at in self._pieces.listed(f"{FOLDER}/{upload_id.hex}/")])
        SentPiece.objects.filter(upload=upload_id).delete()

    def clear(self) -> None:
        old = [name for name, at in self._pieces.listed(f"{FOLDER}/") if at < time.time() - LEFT_SECONDS]
        for start in range(0, len(old), 500):
            some = old[start : start + 500]
            named = set(SentPiece.objects.filter(name__in=some).values_list("name", flat=True))
            self._pieces.discard([name for name in some if name not in named])


def _cut(source: BinaryIO, digest: hashlib._Hash | None) -> Iterator[tuple[BinaryIO, int]]:
    """Files of at most PIECE_BYTES, each until the next is asked for."""
    is_more = True
    while is_more:
        with tempfile.TemporaryFile(dir=store().beside) as file:
            is_more = False
            while chunk := source.read(min(COPY_BYTES, PIECE_BYTES - file.tell())):
                file.write(chunk)
                if digest is not None:
                    digest.update(chunk)
                if is_more := file.tell() >= PIECE_BYTES:
                    break
            size = file.tell()
            file.seek(0)
            if size:
                yield file, size


def _count(upload: SentFile, kept: Sequence[_Piece]) -> None:
    """Raises Refusal `upload_busy` where somebody else's pieces were counted meanwhile."""
    if not kept:
        return
    begin, end = kept[0].start, kept[-1].start + kept[-1].size_bytes
    with transaction.atomic():
        same = SentFile.objects.filter(pk=upload.pk, received_bytes=begin, blob=None)
        if not same.update(received_bytes=end, touched_at=timezone.now()):
            raise busy()
        SentPiece.objects.bulk_create(
            [SentPiece(upload=upload, name=one.name, start=one.start, size_bytes=one.size_bytes) for one in kept]
        )
    upload.received_bytes = end


def _claim(upload: SentFile) -> None:
    now = timezone.now()
    free = Q(read_until=None) | Q(read_until__lt=now)
    if not SentFile.objects.filter(free, pk=upload.pk, blob=None).update(read_until=now + LEASE):
        raise busy()


def _renewing(upload: SentFile, names: Sequence[str]) -> Iterator[str]:
    renewed = time.monotonic()
    for name in names:
        if time.monotonic() - renewed > LEASE.total_seconds() / 4:
            SentFile.objects.filter(pk=upload.pk).update(read_until=timezone.now() + LEASE)
            renewed = time.monotonic()
        yield name
