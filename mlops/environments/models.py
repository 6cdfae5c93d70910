"""Environments by name and version, and which were built, with which exact packages."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.blobs.models import Tree


class EnvironmentState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    BUILDING = "building", _("Building")
    READY = "ready", _("Ready")
    REMOVED = "removed", _("Removed")
    FAILED = "failed", _("Failed")


class Environment(models.Model):
    """A build. `key` is the digest of the requirements, the Python version and the kind of machine."""

    key = models.CharField(primary_key=True, max_length=64)
    requirements = models.JSONField()
    """formats.definition.Requirements."""
    lock = models.TextField(blank=True)
    """Every package with its exact version and hashes: an environment that was removed is built anew from it."""
    state = models.CharField(max_length=20, choices=EnvironmentState.choices)
    reason = models.TextField(blank=True)
    state_since = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    """While a worker builds it for nobody in particular; a step that builds it has a lease of its own."""
    used_at = models.DateTimeField(null=True)
    """When something last ran in it."""
    built = models.JSONField(default=dict)
    """runtime.environment.Built."""
    advice = models.JSONField(default=dict)
    """Known vulnerabilities, as environments.vulnerabilities asked for them."""
    created_at = models.DateTimeField(auto_now_add=True)


class Kind(models.TextChoices):
    PIP = "pip", _("Python packages")
    CONDA = "conda", _("Conda file")
    IMAGE = "image", _("Container image")
    BUILD = "build", _("Dockerfile")


class KeptEnvironmentAssets(models.Manager["EnvironmentAsset"]):
    def get_queryset(self) -> models.QuerySet[EnvironmentAsset]:
        return super().get_queryset().filter(deleted_at=None)


class EnvironmentAsset(models.Model):
    """A name in a project, under which versions of an environment are kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    archived_at = models.DateTimeField(null=True)
    """Out of the lists; what uses it goes on."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    deleted_at = models.DateTimeField(null=True)
    """In the recycle bin since then: its name is free, and nothing of it is removed yet."""

    objects: ClassVar[models.Manager[EnvironmentAsset]] = KeptEnvironmentAssets()
    """Without those in the recycle bin."""
    with_deleted: ClassVar[models.Manager[EnvironmentAsset]] = models.Manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"], condition=models.Q(deleted_at=None), name="one_environment_name_per_project"
            )
        ]

    def __str__(self) -> str:
        return self.name


class KeptEnvironmentVersions(models.Manager["EnvironmentVersion"]):
    def get_queryset(self) -> models.QuerySet[EnvironmentVersion]:
        return super().get_queryset().filter(deleted_at=None, asset__deleted_at=None)


class EnvironmentVersion(models.Model):
    """What a version holds never changes; `key` names the build that it shares with every equal one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asset = models.ForeignKey(EnvironmentAsset, on_delete=models.PROTECT, related_name="+")
    version = models.CharField(max_length=40)
    position = models.PositiveIntegerField()
    """Counts the versions of the asset: the highest is the newest."""
    kind = models.CharField(max_length=20, choices=Kind.choices)
    requirements = models.JSONField()
    """formats.definition.Requirements."""
    key = models.CharField(max_length=64, db_index=True)
    digest = models.CharField(max_length=64)
    """Of requirements, variables and description: equal ones are the same version."""
    source = models.TextField(blank=True)
    """The file as it was sent."""
    source_name = models.CharField(max_length=255, blank=True)
    context = models.ForeignKey(Tree, null=True, on_delete=models.PROTECT, related_name="+")
    """The folder of its Dockerfile."""
    report = models.JSONField(default=list)
    """formats.azureml.environment_parts.Mapped: what was asked, and what came of it."""
    warnings = models.JSONField(default=list)
    variables = models.JSONField(default=dict)
    tags = models.JSONField(default=dict)
    properties = models.JSONField(default=dict)
    description = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    deleted_at = models.DateTimeField(null=True)
    """In the recycle bin since then; its version is not given again."""

    objects: ClassVar[models.Manager[EnvironmentVersion]] = KeptEnvironmentVersions()
    """Without those in the recycle bin, alone or with their asset."""
    with_deleted: ClassVar[models.Manager[EnvironmentVersion]] = models.Manager()

    class Meta:
        ordering = ["-position"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "version"], name="one_environment_version"),
            models.UniqueConstraint(fields=["asset", "position"], name="one_environment_position"),
        ]

    def __str__(self) -> str:
        return f"{self.asset.name}:{self.version}"
