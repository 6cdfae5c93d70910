"""A draft is a drawing in work; every saved change is a revision that can be restored."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from mlops.access.models import Project
from mlops.runs.models import Run


class Draft(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    document = models.JSONField()
    """formats.document.Document, as of `revision`."""
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    last_run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    cloned_from = models.CharField(max_length=200, blank=True)
    """Such as `drafts/<id>@<revision>` or `runs/<id>`."""
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-saved_at"]

    def __str__(self) -> str:
        return self.name


class Revision(models.Model):
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    label = models.CharField(max_length=200, blank=True)
    """What the change was, such as “Moved Split Data”."""
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["draft", "number"], name="one_revision_number_per_draft")]
