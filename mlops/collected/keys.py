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
    """Keys of everything taken in that was written about when these were."""
    first, last = min(one.at for one in entries) - APART, max(one.at for one in entries) + APART
    near = {"last_at__gte": first, "first_at__lte": last}
    found: set[int] = set()
    for keys in KeyBatch.objects.filter(deployment_id=intake.deployment_id, **near).values_list("keys", flat=True):
        found.update(_unpacked(bytes(keys)))
    if first < timezone.now() - KEPT:
        wanted = {"endpoint_id": intake.endpoint_id, "deployment": intake.deployment, "kind": PartKind.ROWS}
        parts = Part.objects.filter(**wanted, **near)
        for digest in parts.values_list("blob_id", flat=True):
            found.update(_of_part(digest))
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


def _of_part(digest: str) -> Iterable[int]:
    import polars as pl

    with store().open(digest) as source:
        return pl.read_parquet(source, columns=[KEY])[KEY].to_list()
