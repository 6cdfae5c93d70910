"""Who works here and what for, and how the regular jobs went: rows, so that any process can tell."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Standing(models.TextChoices):
    ACTIVE = "active", _("Active")
    DRAINING = "draining", _("Draining")
    REMOVED = "removed", _("Removed")


class Worker(models.Model):
    """One process; it writes its row every few seconds. Rows of those that ended go after a day."""

    name = models.CharField(max_length=200, unique=True)
    """Host, process and start, such as `studio-1:4711:9f03c1`."""
    host = models.CharField(max_length=150)
    machine = models.CharField(max_length=100, blank=True, default="", db_default="")
    """Whose numbers of processes `pid` is one of (trail.process); empty: of a version that did not say."""
    pid = models.PositiveIntegerField()
    version = models.CharField(max_length=40)
    places = models.PositiveIntegerField()
    """How many calls it carries out at once."""
    doing = models.JSONField(default=list)
    """[{"job", "arguments", "since"}] of calls that are carried out now, the oldest first."""
    calls = models.PositiveBigIntegerField(default=0)
    """Carried out since it started."""
    memory_bytes = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    labels = models.JSONField(default=dict)
    """Name to value, which may be empty: what its people say of it."""
    slots = models.PositiveIntegerField(default=0)
    """How many steps it runs at once."""
    cpus = models.FloatField(default=0)
    total_memory_bytes = models.BigIntegerField(default=0)
    """Of its machine, or of the control group that it lives in."""
    gpus = models.PositiveIntegerField(default=0)
    gpu_kind = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=Standing.choices, default=Standing.ACTIVE)
    """What people want of it; whether it lives, `seen_at` tells."""
    state_reason = models.TextField(blank=True)
    state_since = models.DateTimeField(null=True)
    disk_free_bytes = models.BigIntegerField(null=True)
    """Of the disk that its data directory is on."""
    disk_bytes = models.BigIntegerField(null=True)
    clock_ahead_seconds = models.FloatField(null=True)
    """Of its machine's clock, before the database's; None where both are one."""
    told = models.CharField(max_length=10, blank=True)
    """Which of its comings and goings the audit trail has: `started`, `lost` or `ended` (compute.watching)."""

    class Meta:
        ordering = ["-seen_at"]


class Turn(models.Model):
    """What one worker at a time does for all, and who that is; see work.turns."""

    name = models.CharField(primary_key=True, max_length=60)
    lease_owner = models.CharField(max_length=200)
    """Worker.name."""
    lease_until = models.DateTimeField()

    class Meta:
        ordering = ["name"]


class RegularJob(models.Model):
    """How a job of `calls.every` went last, on whichever worker that was."""

    name = models.CharField(primary_key=True, max_length=100)
    every_seconds = models.FloatField(null=True)
    ended_at = models.DateTimeField(null=True)
    """When it last ended well; told within half a minute."""
    seconds = models.FloatField(null=True)
    """How long that took."""
    failures = models.PositiveIntegerField(default=0)
    """In a row: since it last ended well."""
    failing_since = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    """The last time, also of a job that is well again."""
    error = models.TextField(blank=True)
    """What it said then."""
    told_at = models.DateTimeField(null=True)
    """Since when people know that it fails; None: they need not."""

    class Meta:
        ordering = ["name"]


class Tally(models.Model):
    """A histogram of seconds over all processes since the beginning; see work.tallies."""

    name = models.CharField(max_length=60)
    labels = models.CharField(max_length=200)
    """JSON, names in their order."""
    counts = models.JSONField(default=list)
    """One a bucket and one above the last bound."""
    seconds = models.FloatField(default=0.0)

    class Meta:
        ordering = ["name", "labels"]
        constraints = [models.UniqueConstraint(fields=["name", "labels"], name="one_tally_per_name_and_labels")]
