"""An import takes over what a store of MLflow's keeps, and remembers it, so that the next takes what is new."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.blobs.models import Blob


class ImportState(models.TextChoices):
    QUEUED = "queued", _("Waits for a worker")
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


UNDER_WAY = (ImportState.QUEUED, ImportState.RUNNING)


class Import(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=300)
    """The name under which what was taken is remembered; a second import of that name goes on where this one ended."""
    address = models.TextField(blank=True)
    """Where the store lies, without a secret; empty where it was sent (`archive`)."""
    user = models.CharField(max_length=200, blank=True)
    secret = models.TextField(blank=True)
    """Sealed. Gone once the import has ended."""
    archive = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    """A zip of the store. Let go once the import has ended."""
    file_name = models.CharField(max_length=255, blank=True)
    options = models.JSONField(default=dict)
    """imports.options.Options"""
    state = models.CharField(max_length=20, choices=ImportState.choices, default=ImportState.QUEUED)
    reason = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    state_since = models.DateTimeField()
    counts = models.JSONField(default=dict)
    """Kind to outcome to number, such as {"run": {"new": 12}}."""
    stage = models.CharField(max_length=300, blank=True)
    """What it is at."""
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    """Of the experiments and the registered models of the store."""
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "lease_until"], name="import_state_lease")]

    def __str__(self) -> str:
        return self.source

    @property
    def is_final(self) -> bool:
        return self.state not in UNDER_WAY


class Finding(models.Model):
    """Something that was not taken, or taken otherwise than it was."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=500)
    """Of the thing in the source."""
    source_id = models.CharField(max_length=500, blank=True)
    code = models.CharField(max_length=60)
    message = models.TextField()
    hint = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["of", "kind", "source_id", "code"], name="one_finding_of_a_thing")
        ]


class Outcome(models.TextChoices):
    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("As it was")
    LEFT_OUT = "left_out", _("Left out")


class Taken(models.Model):
    """What a thing of a source became here."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=300)
    kind = models.CharField(max_length=20)
    """experiment, run, logged_model, model or version."""
    source_id = models.CharField(max_length=500)
    our_id = models.UUIDField()
    mark = models.CharField(max_length=64, blank=True)
    """Of its content, when all of it had been taken; empty before."""
    files_mark = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    """In the import that took it last."""
    by = models.ForeignKey(Import, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "source", "kind", "source_id"], name="one_thing_taken_once")
        ]
        indexes = [models.Index(fields=["our_id"], name="taken_our_id")]
