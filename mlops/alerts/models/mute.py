"""A mute: for a while nobody (or one person not) is told about a rule, a subject or a whole project."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from mlops.access.models import Project
from mlops.alerts.models.rule import Rule


class Mute(models.Model):
    """A maintenance window is a mute that begins later. Alerts are raised and kept all the same."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    rule = models.ForeignKey(Rule, null=True, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=200, blank=True)
    """A pattern with `*`; empty: all."""
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    """For this person alone."""
    begins_at = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-until"]
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("begins_at")), name="mute_ends_after_it_begins")]
