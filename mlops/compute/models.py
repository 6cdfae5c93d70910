"""Pools: named sets of workers, which files and steps ask for as `compute`; how large the parts of projects are; and
the tokens by which machines join."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from mlops.access.models import Project


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


class ProjectWeight(models.Model):
    """How large the project's part of the workers is beside that of others whose steps wait; without a row: 1."""

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="+")
    weight = models.PositiveSmallIntegerField(default=1)
    set_at = models.DateTimeField(auto_now=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")


class JoinToken(models.Model):
    """One machine may become a worker by it, once. The secret itself is not kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    labels = models.JSONField(default=dict)
    """Which the worker gets, unless its machine says others."""
    slots = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    """Whose rights it has: it is of no use once they are no administrator any more."""
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    used_by = models.CharField(max_length=150, blank=True)
    """The machine's name, as it said it."""
    used_from = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["-created_at"]
