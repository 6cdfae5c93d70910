"""Which blobs and trees exist. The bytes are in the store; a row is written after its bytes are safe."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Blob(models.Model):
    digest = models.CharField(primary_key=True, max_length=64)
    size_bytes = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    condemned_at = models.DateTimeField(null=True, db_index=True)
    """Nothing was found to hold it then: it is removed later if still nothing does."""
    scanned_by = models.PositiveSmallIntegerField(default=0, db_default=0, db_index=True)
    """The rules by which the bytes were last looked through for what could do harm (mlops.scans); 0: never."""


class Tree(models.Model):
    """`digest` names the manifest's canonical JSON, which is itself kept as a blob of that digest."""

    digest = models.CharField(primary_key=True, max_length=64)
    size_bytes = models.BigIntegerField()
    file_count = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)


class PartedFile(models.Model):
    """A file that arrives in parts; `blob` is the whole of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.JSONField()
    part_count = models.PositiveIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    assembled_since = models.DateTimeField(null=True)
    """Some process puts the parts together since then."""
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")


class Part(models.Model):
    parted = models.ForeignKey(PartedFile, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parted", "number"], name="one_part_of_a_number")]
