"""Bytes that nothing holds any more go in two steps: they are condemned, and later removed if still nothing holds them.

Others write at the same time, perhaps in transactions that are not seen from here. What holds in spite of that: whoever
keeps bytes touches them first, and bytes that were touched since they were condemned, or within the grace, stay.
Who reads all of them for long, as a backup does, has nothing removed meanwhile.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.blobs.models import Blob, Tree
from mlops.blobs.references import held
from mlops.blobs.stores import store
from mlops.formats.refusal import Refusal

BLOBS_A_TIME = 500
LOCK_FILE = "garbage.lock"
UNFINISHED_SECONDS = 3600.0
"""How long what is written beside the store is left alone at least: many small files wait there for each other."""


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of blobs, and their bytes. `strays`: files that no row knows, or that were never finished."""

    condemned: int = 0
    condemned_bytes: int = 0
    removed: int = 0
    removed_bytes: int = 0
    strays: int = 0


def find(*, grace: timedelta | None = None) -> Swept:
    """A dry run: what nothing holds and is older than the grace. Nothing is changed."""
    before = timezone.now() - _grace(grace)
    unheld = _unheld(held(), before)
    size = Blob.objects.filter(digest__in=unheld[:BLOBS_A_TIME]).aggregate(size=Sum("size_bytes"))["size"] or 0
    for start in range(BLOBS_A_TIME, len(unheld), BLOBS_A_TIME):
        part = Blob.objects.filter(digest__in=unheld[start : start + BLOBS_A_TIME])
        size += part.aggregate(size=Sum("size_bytes"))["size"] or 0
    return Swept(condemned=len(unheld), condemned_bytes=int(size))


def collect(*, grace: timedelta | None = None) -> Swept:
    """Removes what was condemned long enough ago and condemns what nothing holds now. A grace of 0 does both at once:
    for a server that nobody uses at the moment. Raises Refusal `blobs_in_use` while `nothing_removed`."""
    with _alone():
        return _collect(grace)


@contextmanager
def nothing_removed() -> Iterator[None]:
    """While it lasts no process that uses this store removes a blob. Several may hold it; a removal is waited for."""
    with (store().beside / LOCK_FILE).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def _alone() -> Iterator[None]:
    with (store().beside / LOCK_FILE).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Refusal(
                "blobs_in_use",
                _("Stored bytes are not removed now: a backup is being taken, or somebody else removes them."),
                hint=_("Try again when that is done."),
                status=409,
            ) from error
        yield


def _collect(grace: timedelta | None) -> Swept:
    wait, now = _grace(grace), timezone.now()
    live = held()
    _pardon(live)
    if not wait:
        _condemn(_unheld(live, now), at=now)
    removed, size = _remove(live, before=now - wait)
    unheld = _unheld(live, now - wait)
    _condemn(unheld, at=now)
    condemned = Blob.objects.filter(condemned_at__isnull=False)
    told = condemned.aggregate(size=Sum("size_bytes"))["size"] or 0
    older_than = time.time() - max(wait.total_seconds(), 60.0)
    unfinished_since = min(older_than, time.time() - UNFINISHED_SECONDS)
    return Swept(
        condemned=condemned.count(),
        condemned_bytes=int(told),
        removed=removed,
        removed_bytes=size,
        strays=_remove_strays(older_than=older_than) + _remove_unfinished(older_than=unfinished_since),
    )


def _grace(given: timedelta | None) -> timedelta:
    return timedelta(hours=settings.GARBAGE_GRACE_HOURS) if given is None else given


def _unheld(live: set[str], before: datetime) -> list[str]:
    old = Blob.objects.filter(created_at__lte=before).values_list("digest", flat=True)
    return [digest for digest in old.iterator(chunk_size=5_000) if digest not in live]


def _condemn(digests: list[str], *, at: datetime) -> None:
    for start in range(0, len(digests), BLOBS_A_TIME):
        part = Blob.objects.filter(digest__in=digests[start : start + BLOBS_A_TIME], condemned_at=None)
        part.update(condemned_at=at)


def _pardon(live: set[str]) -> None:
    condemned = list(Blob.objects.filter(condemned_at__isnull=False).values_list("digest", flat=True))
    spared = [digest for digest in condemned if digest in live]
    for start in range(0, len(spared), BLOBS_A_TIME):
        Blob.objects.filter(digest__in=spared[start : start + BLOBS_A_TIME]).update(condemned_at=None)


def _remove(live: set[str], *, before: datetime) -> tuple[int, int]:
    count = size = 0
    condemned = Blob.objects.filter(condemned_at__lte=before).values_list("digest", "size_bytes", "condemned_at")
    for digest, size_bytes, condemned_at in list(condemned):
        if condemned_at and digest not in live and _remove_one(digest, condemned_at):
            count, size = count + 1, size + size_bytes
    return count, size


def _remove_one(digest: str, condemned_at: datetime) -> bool:
    """The rows first, so that a foreign key that came in the meantime keeps them; then the bytes, unless they were
    touched. Either both go or none."""
    try:
        with transaction.atomic():
            Tree.objects.filter(digest=digest).delete()
            if not Blob.objects.filter(digest=digest, condemned_at=condemned_at).delete()[0]:
                return False
            if not store().delete_untouched(digest, since=condemned_at.timestamp()):
                raise _Touched
    except (ProtectedError, _Touched):
        Blob.objects.filter(digest=digest).update(condemned_at=None)
        return False
    return True


def _remove_strays(*, older_than: float) -> int:
    """What a process left that died between writing bytes and writing their row."""
    count = 0
    known = set(Blob.objects.values_list("digest", flat=True))
    for digest, touched_at in store().listed():
        is_stray = digest not in known and touched_at < older_than
        if is_stray and not Blob.objects.filter(digest=digest).exists():
            count += store().delete_untouched(digest, since=touched_at)
    return count


def _remove_unfinished(*, older_than: float) -> int:
    """What a process was writing beside the store when it died. Its folders are those of uploads."""
    count = 0
    for path in store().beside.iterdir():
        with suppress(FileNotFoundError):  # it came to its end in this moment
            if path.name != LOCK_FILE and path.is_file() and path.stat().st_mtime < older_than:
                path.unlink()
                count += 1
    return count


class _Touched(Exception):
    """Somebody has kept these bytes again."""
