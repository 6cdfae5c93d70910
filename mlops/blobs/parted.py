"""Files that arrive in parts, several at a time and in any order.

The bytes of a part lie beside the store until the file is complete; then they are read once, one after the other, into
the store. Nothing is held in memory. What nobody completes is removed when its time is over."""

from __future__ import annotations

import io
import os
import shutil
import uuid
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.blobs import limits
from mlops.blobs.models import Blob, Part, PartedFile
from mlops.blobs.stores import store
from mlops.blobs.stores.arriving import arrived
from mlops.blobs.trees import keep_stream
from mlops.formats.refusal import Refusal, Where

MOST_PARTS = 10_000
OPEN_FOR = timedelta(hours=24)
"""From its beginning; then what came of it is removed."""
ASSEMBLED_WITHIN = timedelta(minutes=30)
"""A process that takes longer has died."""


def begin(actor: Any, *, purpose: dict[str, str], count: int) -> PartedFile:
    """`purpose`: what it will be, in the words of whoever calls. Raises Refusal `parts_invalid`."""
    if not 1 <= count <= MOST_PARTS:
        raise Refusal(
            "parts_invalid",
            _("A file arrives in 1 to %(most)d parts, not in %(count)d.") % {"most": MOST_PARTS, "count": count},
            hint=_("Make the parts larger."),
        )
    return PartedFile.objects.create(created_by=actor, purpose=purpose, part_count=count)


def keep_part(parted: PartedFile, number: int, source: BinaryIO) -> str:
    """Its SHA-256. A part that comes again replaces the one before.

    Raises Refusal `part_unknown`, `upload_ended`, `upload_too_large`, `uploads_too_many`, `disk_full`, or `upload_busy`
    where other bytes come while the file is being put together."""
    if not 1 <= number <= parted.part_count:
        raise Refusal("part_unknown", _("There is no part %(number)d.") % {"number": number}, status=404)
    _require_open(parted)
    folder = _folder(parted.pk)
    folder.mkdir(parents=True, exist_ok=True)
    limited = limits.Limited(source, _room(parted, number))
    with arrived(cast(BinaryIO, limited), folder) as part, transaction.atomic():
        _take(parted, number, part.digest, part.size_bytes, part.path)
    return part.digest


def _take(parted: PartedFile, number: int, digest: str, size: int, path: Path) -> None:
    """In a transaction that holds the file's row: others bring parts, complete it and abort it at the same time."""
    now = PartedFile.objects.select_for_update().filter(pk=parted.pk).first()
    if now is None:
        shutil.rmtree(_folder(parted.pk), ignore_errors=True)
        raise _aborted()
    _require_open(now)
    before = Part.objects.filter(parted=now, number=number).first()
    if before is not None and before.digest == digest and _path(now.pk, number, digest).exists():
        path.unlink()
        return
    if _is_assembled(now):
        raise _busy()
    _room(now, number).require(size)
    if before is not None:
        _path(now.pk, number, before.digest).unlink(missing_ok=True)
    os.replace(path, _path(now.pk, number, digest))
    Part.objects.update_or_create(parted=now, number=number, defaults={"digest": digest, "size_bytes": size})


def complete(parted: PartedFile, told: Sequence[tuple[int, str]]) -> Blob:
    """The whole file. `told`: number and SHA-256 (or "") of each part, as the client has them. May be called again.

    Raises Refusal `parts_missing`, `part_differs`, `upload_ended`, or `upload_busy` while it is being put together."""
    if parted.blob is not None:
        return parted.blob
    _require_open(parted)
    now = timezone.now()
    free = Q(assembled_since=None) | Q(assembled_since__lt=now - ASSEMBLED_WITHIN)
    if not PartedFile.objects.filter(free, pk=parted.pk, blob=None).update(assembled_since=now):
        raise _busy()
    mine = PartedFile.objects.filter(pk=parted.pk, assembled_since=now)
    try:  # no part changes from here on
        kept = dict(Part.objects.filter(parted=parted).values_list("number", "digest"))
        _compare(parted, kept, told)
        blob = _assembled(parted, kept)
    except BaseException:
        mine.update(assembled_since=None)
        raise
    if not mine.update(blob=blob):
        raise _aborted()
    parted.blob = blob
    _remove_parts(parted.pk)
    return blob


def abort(parted: PartedFile) -> None:
    """With all parts. One that is complete stays what it is."""
    if PartedFile.objects.filter(pk=parted.pk, blob=None).delete()[0]:
        _remove_parts(parted.pk)


def remove_old_parts() -> None:
    """Of files that nobody completed, and folders that a lost process left."""
    before = timezone.now() - OPEN_FOR
    for key in list(PartedFile.objects.filter(created_at__lt=before).values_list("pk", flat=True)):
        PartedFile.objects.filter(pk=key).delete()
        _remove_parts(key)
    root = store().beside / "parts"
    for folder in root.iterdir() if root.is_dir() else ():
        is_old = folder.stat().st_mtime < before.timestamp()
        if is_old and not PartedFile.objects.filter(pk=_key(folder.name)).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _require_open(parted: PartedFile) -> None:
    if parted.blob_id is not None or parted.created_at < timezone.now() - OPEN_FOR:
        raise Refusal(
            "upload_ended",
            _("This upload has ended: it was completed, or it began more than a day ago."),
            hint=_("Begin it again."),
            status=410,
        )


def _compare(parted: PartedFile, kept: dict[int, str], told: Sequence[tuple[int, str]]) -> None:
    wanted = range(1, parted.part_count + 1)
    missing = [number for number in wanted if number not in kept]
    if missing or sorted(number for number, _digest in told) != list(wanted):
        shown = missing or sorted(set(wanted) ^ {number for number, _digest in told})
        listed = ", ".join(str(number) for number in shown[:10])
        raise Refusal(
            "parts_missing",
            _("The file has %(count)d parts, and these are missing or told twice: %(listed)s.")
            % {"count": parted.part_count, "listed": listed},
            hint=_("Send them and complete it again."),
        )
    for number, digest in told:
        if digest and digest != kept[number]:
            raise Refusal(
                "part_differs",
                _("Part %(number)d arrived with other bytes than the client sent.") % {"number": number},
                hint=_("Send it again."),
                where=Where(parameter="parts", value=str(number)),
            )


def _assembled(parted: PartedFile, kept: dict[int, str]) -> Blob:
    paths = [_path(parted.pk, number, kept[number]) for number in sorted(kept)]
    try:
        with _Joined(paths) as joined:
            return keep_stream(joined)  # type: ignore[arg-type]
    except FileNotFoundError:
        raise Refusal(
            "parts_missing", _("Parts of the file are gone from the storage."), hint=_("Send the file again.")
        ) from None


def _folder(key: uuid.UUID) -> Path:
    return store().beside / "parts" / key.hex


def _path(key: uuid.UUID, number: int, digest: str) -> Path:
    """The row says which bytes are the part: a file of others is none."""
    return _folder(key) / f"{number}.{digest[:16]}"


def _is_assembled(parted: PartedFile) -> bool:
    since = parted.assembled_since
    return since is not None and since > timezone.now() - ASSEMBLED_WITHIN


def _room(parted: PartedFile, number: int) -> limits.Room:
    """What the file may still take, and what its person's unfinished files may."""
    other = Part.objects.exclude(parted=parted, number=number)
    here = other.filter(parted=parted).aggregate(size=Sum("size_bytes"))["size"] or 0
    waiting = other.filter(parted__created_by=parted.created_by_id, parted__blob=None)
    together = waiting.aggregate(size=Sum("size_bytes"))["size"] or 0
    return limits.Room(name=parted.purpose.get("place", "").rpartition("/")[2], here=here, together=together)


def _busy() -> Refusal:
    return Refusal("upload_busy", _("The file is being put together. Ask again in a moment."), status=503)


def _aborted() -> Refusal:
    return Refusal(
        "upload_ended", _("This upload was aborted, or it is too old."), hint=_("Begin it again."), status=404
    )


def _remove_parts(key: uuid.UUID) -> None:
    shutil.rmtree(_folder(key), ignore_errors=True)


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
