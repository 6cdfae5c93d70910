"""Keys of what was taken in already. A request that was sent again after its server died may have been written by
both servers, within the time that a request may last; one of the two is taken."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from mlops.blobs.stores import store
from mlops.collected.models import Intake, KeyBatch, Part, PartKind
from mlops.collected.sheets import KEY, Entry

APART = timedelta(minutes=5)
"""Between two writings of one request."""
KEPT = timedelta(minutes=15)
"""Batches of keys; of what is older, the parts themselves are asked."""


def known_near(intake: Intake, entries: Sequence[Entry]) -> set[int]:
    """Of their keys those that were taken in already, among what was written about when these were."""
    wanted = {one.key for one in entries}
    first, last = min(one.at for one in entries) - APART, max(one.at for one in entries) + APART
    near = {"last_at__gte": first, "first_at__lte": last}
    found: set[int] = set()
    for keys in KeyBatch.objects.filter(deployment_id=intake.deployment_id, **near).values_list("keys", flat=True):
        found |= wanted.intersection(_unpacked(bytes(keys)))
    if first < timezone.now() - KEPT:
        mine = {"endpoint_id": intake.endpoint_id, "deployment": intake.deployment, "kind": PartKind.ROWS}
        parts = Part.objects.filter(**mine, **near)
        for digest in parts.values_list("blob_id", flat=True):
            found |= _of_part(digest, wanted)
    return found


def remember(deployment_id: UUID, entries: Sequence[Entry]) -> None:
    """Called in the transaction that keeps their rows."""
    KeyBatch.objects.create(
        deployment_id=deployment_id,
        first_at=min(one.at for one in entries),
        last_at=max(one.at for one in entries),
        keys=array("q", (one.key for one in entries)).tobytes(),
    )


def forget_old(now: datetime) -> None:
    KeyBatch.objects.filter(taken_at__lt=now - KEPT - APART).delete()


def _unpacked(keys: bytes) -> Iterable[int]:
    found = array("q")
    found.frombytes(keys)
    return found


def _of_part(digest: str, wanted: set[int]) -> set[int]:
    import polars as pl

    with store().open(digest) as source:
        keys = pl.read_parquet(source, columns=[KEY])[KEY]
    return set(keys.filter(keys.is_in(list(wanted))).to_list())
