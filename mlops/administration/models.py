"""What the server measured of itself."""

from __future__ import annotations

from django.db import models


class StorageMeasure(models.Model):
    """How large the data directory was, by its entries. One row: the last one."""

    entries = models.JSONField(default=list)
    """[{"name", "bytes", "files"}]."""
    began_at = models.DateTimeField()
    seconds = models.FloatField()


class HealthPart(models.Model):
    """How one part of the server is, as a worker saw it last (administration.health)."""

    key = models.CharField(primary_key=True, max_length=40)
    state = models.CharField(max_length=10)
    """Of `system.standing`; empty: nobody has looked yet."""
    since = models.DateTimeField(null=True)
    findings = models.JSONField(default=list)
    """health.finding.Finding, the worst first; sentences as the worker wrote them."""
    claimed_at = models.DateTimeField(null=True)
    """When a worker began to look."""
    looked_at = models.DateTimeField(null=True)
    """When it had looked."""
    bad_looks = models.PositiveIntegerField(default=0)
    """In a row."""
    told_at = models.DateTimeField(null=True)
    """Since when administrators know that it is bad; None: they need not."""

    class Meta:
        ordering = ["key"]


class HealthChange(models.Model):
    """A part that became better or worse. Kept for some days."""

    part = models.CharField(max_length=40)
    was = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    why = models.TextField(blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-at", "-id"]


class PoolScaling(models.Model):
    """What the command that starts and stops workers was last told of a pool (administration.scaling)."""

    pool = models.CharField(primary_key=True, max_length=60)
    enough_since = models.DateTimeField(null=True)
    """Since when fewer workers would do."""
    called_at = models.DateTimeField(null=True)
    wanted = models.PositiveIntegerField(default=0)
    why = models.TextField(blank=True)
    trouble = models.TextField(blank=True)
    """Why it failed; empty where it did not."""

    class Meta:
        ordering = ["pool"]
