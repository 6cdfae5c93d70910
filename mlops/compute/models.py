"""Pools: named sets of workers, which files and steps ask for as `compute`."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Pool(models.Model):
    """All workers that have its labels are in it; without labels, all are."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60, unique=True)
    description = models.TextField(blank=True)
    labels = models.JSONField(default=dict)
    """Name to value; an empty value is any."""
    least = models.PositiveIntegerField(default=0)
    """How many workers it is to have at least, for those who scale it."""
    most = models.PositiveIntegerField(null=True)
    """None: any number."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
