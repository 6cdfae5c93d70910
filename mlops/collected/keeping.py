"""The blobs of parts: noted before they are written, and removed some time after the last part of them went."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError
from django.utils import timezone

from mlops.blobs.models import Blob
from mlops.blobs.stores import store
from mlops.blobs.trees import keep_file
from mlops.collected.models import Part, PartFile

GRACE = timedelta(minutes=2)
"""Readers that listed the parts before may still open them."""


def keep_part_file(path: Path) -> Blob:
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    PartFile.objects.update_or_create(digest=digest, defaults={"since": timezone.now()})
    return keep_file(path)


def touch(blob_ids: list[str]) -> None:
    """The time of grace begins now."""
    PartFile.objects.filter(digest__in=blob_ids).update(since=timezone.now())


def remove_forsaken(*, grace: timedelta = GRACE) -> int:
    """How many blobs went. One that something else holds by now, such as a dataset with the same bytes, stays."""
    used = Exists(Part.objects.filter(blob_id=OuterRef("digest")))
    gone = 0
    for file in PartFile.objects.filter(~used, since__lt=timezone.now() - grace)[:1000]:
        try:
            with transaction.atomic():
                PartFile.objects.filter(pk=file.pk).delete()
                Blob.objects.filter(pk=file.pk).delete()
        except ProtectedError:
            PartFile.objects.filter(pk=file.pk).delete()
            continue
        try:
            store().delete(file.digest)
        except OSError:
            logging.getLogger(__name__).exception("The blob %s could not be removed.", file.digest)
            PartFile.objects.update_or_create(digest=file.digest, defaults={"since": timezone.now()})
            continue
        gone += 1
    return gone
