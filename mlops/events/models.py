"""Events, the head of their chain, and notices: the short-lived rows that tell open pages to look again."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from mlops.access.models import Project


class Event(models.Model):
    """Append-only. `hash` is over the row's content and the hash of the row before (events.chain)."""

    seq = models.BigAutoField(primary_key=True)
    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    type = models.CharField(max_length=100)
    """Such as `mlops.model.registered`."""
    project = models.ForeignKey(Project, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=150)
    """Kept beside the key, so that the entry still says who after the account is gone; `system` for workers."""
    subject = models.CharField(max_length=200)
    """Such as `models/churn:3`."""
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    """What changed, as it was; empty where nothing that stood there before was changed."""
    after = models.JSONField(default=dict)
    via = models.JSONField(default=dict)
    """events.circumstances: door, request, address, token."""
    at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-seq"]
        indexes = [
            models.Index(fields=["project", "-seq"], name="event_project_seq"),
            models.Index(fields=["subject", "-seq"], name="event_subject_seq"),
            models.Index(fields=["type", "-seq"], name="event_type_seq"),
        ]


class ChainHead(models.Model):
    """One row, locked while an event is appended, so that the chain has no fork on any database."""

    hash = models.CharField(max_length=64)


class ChainCheck(models.Model):
    """One row: how far the chain was proved, by events.audit.watching."""

    seq = models.BigIntegerField(default=0)
    """Of the last event that was proved."""
    hash = models.CharField(max_length=64, blank=True)
    events = models.BigIntegerField(default=0)
    """How many were proved."""
    at = models.DateTimeField(null=True)
    whole_at = models.DateTimeField(null=True)
    """When all of it was read."""
    broken_at = models.BigIntegerField(null=True)
    """The number of the first event that does not follow; behind the last one where the end was cut off."""


class Notice(models.Model):
    """`kind` and `ref` of what changed; deleted after an hour. Open pages then fetch the data by REST."""

    seq = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20)
    ref = models.CharField(max_length=200)
    project = models.ForeignKey(Project, null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="notice_at")]
