"""Which environments were built, and with which exact packages."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EnvironmentState(models.TextChoices):
    BUILDING = "building", _("Building")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class Environment(models.Model):
    """`key` is the digest of the requirements, the Python version and the kind of machine."""

    key = models.CharField(primary_key=True, max_length=64)
    requirements = models.JSONField()
    """formats.definition.Requirements."""
    lock = models.TextField(blank=True)
    """Every package with its exact version, as `uv pip compile` found it: an environment is built anew from it."""
    state = models.CharField(max_length=20, choices=EnvironmentState.choices)
    reason = models.TextField(blank=True)
    state_since = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
