"""Which blobs and trees exist. The bytes are in the store; a row is written after its bytes are safe."""

from __future__ import annotations

from django.db import models


class Blob(models.Model):
    digest = models.CharField(primary_key=True, max_length=64)
    size_bytes = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    condemned_at = models.DateTimeField(null=True, db_index=True)
    """Nothing was found to hold it then: it is removed later if still nothing does."""


class Tree(models.Model):
    """`digest` names the manifest's canonical JSON, which is itself kept as a blob of that digest."""

    digest = models.CharField(primary_key=True, max_length=64)
    size_bytes = models.BigIntegerField()
    file_count = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
