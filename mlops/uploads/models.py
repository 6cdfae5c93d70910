"""A file that somebody sends to a project. Its bytes wait on the disk or in the bucket until it is whole: as many as
its offset."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from mlops.access.models import Project
from mlops.blobs.models import Blob


class SentFile(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=900)
    """Its path within the folder that was chosen, or its name."""
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    """What the sender says that it is; empty: nothing was said."""
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    """Once it is whole and was read to its end."""
    problem = models.CharField(max_length=300, blank=True)
    """Why it will never be whole."""
    received_bytes = models.BigIntegerField(default=0)
    """How much of it waits in the bucket. Of one that waits on the disk, its file's length says it."""
    read_until = models.DateTimeField(null=True)
    """Some worker reads it to its end, and says so again before then."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    touched_at = models.DateTimeField(db_index=True)
    """When the last of its bytes came."""


class SentPiece(models.Model):
    """What came by one request, or a part of that, in the bucket."""

    upload = models.ForeignKey(SentFile, on_delete=models.CASCADE, related_name="+")
    start = models.BigIntegerField()
    size_bytes = models.BigIntegerField()
    name = models.CharField(max_length=120, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "start"], name="one_sent_piece_at_a_place")]
