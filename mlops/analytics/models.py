"""Queries that people keep and share in a project, and what was asked before."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project


class SavedQuery(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    query = models.TextField()
    changed_at = models.DateTimeField(auto_now=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_query_name_per_project")]

    def __str__(self) -> str:
        return self.name


class QueryState(models.TextChoices):
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")


class AskedQuery(models.Model):
    """One that was run. Its person alone sees it: a query may name what others may not know."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    query = models.TextField()
    form = models.CharField(max_length=10, default="rows")
    state = models.CharField(max_length=10, choices=QueryState.choices, default=QueryState.RUNNING)
    reason = models.TextField(blank=True)
    row_count = models.BigIntegerField(null=True)
    seconds = models.FloatField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = _("asked queries")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["by", "project", "-at"], name="asked_query_newest")]
