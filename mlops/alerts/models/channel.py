"""A channel: one way in which alerts leave the product, set up once and named by rules."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from mlops.access.models import Project


class Channel(models.Model):
    """Of a project, or of a person, or (neither) of the whole server. `kind` is a name in `alerts.channels.KINDS`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, null=True, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    options = models.JSONField(default=dict)
    """Without what is secret."""
    sealed = models.TextField(blank=True)
    """The secret options as JSON, sealed (access.sealing)."""
    is_enabled = models.BooleanField(default=True)
    last_sent_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True)
    """Why the last attempt failed; empty after one that did not."""
    trouble_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(project__isnull=True) | Q(person__isnull=True), name="channel_has_one_owner"
            ),
            models.UniqueConstraint(
                fields=["project", "name"], condition=Q(project__isnull=False), name="one_channel_per_name"
            ),
            models.UniqueConstraint(
                fields=["person", "name"], condition=Q(person__isnull=False), name="one_personal_channel_per_name"
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(project__isnull=True, person__isnull=True),
                name="one_server_channel_a_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name
