"""Files that arrive in parts, several at a time and in any order.

The bytes of a part wait (blobs.part_places) until the file is complete; then they are read once, one after the other,
and are the blob. Nothing is held in memory. What nobody completes is removed when its time is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.blobs import limits
from mlops.blobs.models import Blob, Part, PartedFile
from mlops.blobs.part_places import arriving_folder, part_place
from mlops.blobs.stores.arriving import Arrived, arrived
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
    limited, place = limits.Limited(source, _room(parted, number)), part_place()
    with arrived(cast(BinaryIO, limited), arriving_folder()) as part:
        place.bring(parted.pk, number, part)
        with transaction.atomic():
            _take(parted, number, part)
        part.path.unlink(missing_ok=True)
    return part.digest


def _take(parted: PartedFile, number: int, part: Arrived) -> None:
    """In a transaction that holds the file's row: others bring parts, complete it and abort it at the same time."""
    place, now = part_place(), PartedFile.objects.select_for_update(no_key=True).filter(pk=parted.pk).first()
    if now is None:
        place.remove(parted.pk)
        raise _aborted()
    _require_open(now)
    before = Part.objects.filter(parted=now, number=number).first()
    if before is not None and before.digest == part.digest and place.has(now.pk, number, part.digest):
        return
    if _is_assembled(now):
        raise _busy()
    _room(now, number).require(part.size_bytes)
    place.take(now.pk, number, part, instead_of=before.digest if before is not None else "")
    values = {"digest": part.digest, "size_bytes": part.size_bytes}
    Part.objects.update_or_create(parted=now, number=number, defaults=values)


def received_bytes(parted: PartedFile) -> int:
    return Part.objects.filter(parted=parted).aggregate(size=Sum("size_bytes"))["size"] or 0


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
    part_place().remove(parted.pk)
    return blob


def abort(parted: PartedFile) -> None:
    """With all parts. One that is complete stays what it is."""
    if PartedFile.objects.filter(pk=parted.pk, blob=None).delete()[0]:
        part_place().remove(parted.pk)


def remove_old_parts() -> None:
    """Of files that nobody completed, and folders that a lost process left."""
    before = timezone.now() - OPEN_FOR
    for key in list(PartedFile.objects.filter(created_at__lt=before).values_list("pk", flat=True)):
        PartedFile.objects.filter(pk=key).delete()
        part_place().remove(key)
    part_place().remove_left(before=before.timestamp())


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
    try:
        return part_place().assembled(parted.pk, kept)
    except FileNotFoundError:
        raise Refusal(
            "parts_missing", _("Parts of the file are gone from the storage."), hint=_("Send the file again.")
        ) from None


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
