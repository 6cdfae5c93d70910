"""What was found in stored bytes, what a project makes of it, and what its owners allow all the same.

That bytes were read is told by `Blob.scanned_by`; a row of Scan is there only for bytes that hold a pickle or raise a
doubt.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.blobs.models import Blob


class Scan(models.Model):
    blob = models.OneToOneField(Blob, primary_key=True, on_delete=models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=10, db_index=True)
    """scans.reading.verdicts.Verdict, but for `none`."""
    findings = models.JSONField(default=list)
    """scans.reading.verdicts.Finding, the reasons of a verdict that is not `safe`."""
    pickles = models.PositiveIntegerField(default=0)
    globals_seen = models.JSONField(default=list)
    rules = models.PositiveSmallIntegerField()
    at = models.DateTimeField(auto_now=True)


class Strictness(models.TextChoices):
    WARN = "warn", _("Warn")
    DANGEROUS = "dangerous", _("Refuse dangerous files")
    SUSPICIOUS = "suspicious", _("Refuse dangerous and suspicious files")


class Policy(models.Model):
    """A project without a row warns everywhere."""

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="+")
    register = models.CharField(max_length=10, choices=Strictness.choices, default=Strictness.WARN)
    deploy = models.CharField(max_length=10, choices=Strictness.choices, default=Strictness.WARN)
    download = models.CharField(max_length=10, choices=Strictness.choices, default=Strictness.WARN)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")


class Allowance(models.Model):
    """A global that an owner of the project vouches for, such as `shop.models.Scorer`."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=300)
    reason = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_allowance_of_a_name_per_project")]


class Turn(models.Model):
    """Who scans at the moment: one worker at a time, until it says so no more."""

    taken_until = models.DateTimeField()
