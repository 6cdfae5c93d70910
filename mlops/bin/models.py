"""What lies in a project's recycle bin, and the tombstones of what is gone."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from mlops.access.models import Project

TITLE_LENGTH = 400


class Entry(models.Model):
    """One thing that was deleted and can be put back. Its own row says so too (`deleted_at`), and they change together.
    Runs need no entry: their rows are the list."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    """Such as `model` or `model_version`."""
    thing = models.UUIDField()
    title = models.CharField(max_length=TITLE_LENGTH)
    held_bytes = models.BigIntegerField(default=0)
    """What its files hold, also where others hold the same."""
    deleted_at = models.DateTimeField()
    deleted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    """None: a rule."""
    reason = models.TextField(blank=True)
    removing_at = models.DateTimeField(null=True)
    """It is being removed for good since then, and cannot be put back; a job finishes what was broken off."""
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    removal_reason = models.TextField(blank=True)
    stays_because = models.TextField(blank=True)
    """Why its removal was refused at the last try."""

    class Meta:
        ordering = ["-deleted_at"]
        constraints = [models.UniqueConstraint(fields=["kind", "thing"], name="one_bin_entry_per_thing")]
        indexes = [models.Index(fields=["project", "-deleted_at"], name="bin_entries_of_project")]

    def __str__(self) -> str:
        return self.title


class Gone(models.Model):
    """What is left of a thing that was removed for good: enough to say what a name in an old record meant."""

    id = models.UUIDField(primary_key=True)
    """That of the thing."""
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=TITLE_LENGTH)
    facts = models.JSONField(default=dict)
    """Where it came from: a version's run, data and digest of its files."""
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=150, blank=True)
    deleted_at = models.DateTimeField()
    deleted_by_name = models.CharField(max_length=150, blank=True)
    purged_at = models.DateTimeField(auto_now_add=True)
    purged_by_name = models.CharField(max_length=150, blank=True)
    reason = models.TextField(blank=True)
    held_bytes = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-purged_at"]
        indexes = [models.Index(fields=["project", "-purged_at"], name="tombstones_of_project")]

    def __str__(self) -> str:
        return self.title


class Policy(models.Model):
    """What an owner set for a project: how long its bin keeps things, and what goes there by itself."""

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="+")
    days_in_bin = models.PositiveIntegerField(null=True)
    """None: as MLOPS_BIN_DAYS says; 0: for ever."""
    keep_versions = models.PositiveIntegerField(default=0)
    """Of each model, so many of the newest versions stay; 0: all."""
    runs_days = models.PositiveIntegerField(default=0)
    """Runs from which nothing was registered, and that nothing uses, go so long after their end; 0: never."""
    is_on = models.BooleanField(default=True)
    """Whether the rules are applied by themselves; the bin's days hold anyhow."""
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
