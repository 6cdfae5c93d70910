"""A model is a name in a project; a version is a tree of files with its signature and origin. Both never change."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.blobs.models import Tree
from mlops.datasets.models import DatasetVersion
from mlops.runs.models import LoggedModel, Run


class KeptModels(models.Manager["RegisteredModel"]):
    def get_queryset(self) -> models.QuerySet[RegisteredModel]:
        return super().get_queryset().filter(deleted_at=None)


class RegisteredModel(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    last_number = models.PositiveIntegerField(default=0)
    """The highest number ever given: a deleted version's number is not given again."""
    changed_at = models.DateTimeField(auto_now=True)
    card = models.TextField(blank=True)
    """What people wrote of the model, in Markdown, for all its versions."""
    archived_at = models.DateTimeField(null=True)
    """Out of the lists since then, and whole."""
    deleted_at = models.DateTimeField(null=True)
    """In the recycle bin since then: its name is free, and nothing of it is removed yet."""

    objects: ClassVar[models.Manager[RegisteredModel]] = KeptModels()
    """Without those in the recycle bin."""
    with_deleted: ClassVar[models.Manager[RegisteredModel]] = models.Manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                condition=models.Q(deleted_at=None),
                name="one_kept_model_of_a_name_per_project",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Stage(models.TextChoices):
    NONE = "None", _("No stage")
    STAGING = "Staging", _("Staging")
    PRODUCTION = "Production", _("Production")
    ARCHIVED = "Archived", _("Archived")


class KeptVersions(models.Manager["ModelVersion"]):
    def get_queryset(self) -> models.QuerySet[ModelVersion]:
        return super().get_queryset().filter(deleted_at=None, model__deleted_at=None)


class ModelVersion(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey(RegisteredModel, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    tree = models.ForeignKey(Tree, on_delete=models.PROTECT, related_name="+")
    description = models.TextField(blank=True)
    task = models.CharField(max_length=20, blank=True)
    algorithm = models.CharField(max_length=100, blank=True)
    framework = models.CharField(max_length=60, blank=True)
    framework_version = models.CharField(max_length=40, blank=True)
    signature = models.JSONField(null=True)
    """formats.model.Signature."""
    input_example = models.JSONField(null=True)
    metrics = models.JSONField(default=dict)
    properties = models.JSONField(default=dict)
    """Written once, at registration."""
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    node = models.CharField(max_length=100, blank=True)
    source = models.TextField(blank=True)
    """Where a client said that it comes from: told again as it was told, and never read."""
    logged_model = models.ForeignKey(LoggedModel, null=True, on_delete=models.SET_NULL, related_name="+")
    stage = models.CharField(max_length=20, choices=Stage.choices, default=Stage.NONE)
    changed_at = models.DateTimeField(auto_now=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    card = models.TextField(blank=True)
    """What people wrote of this version, in Markdown."""
    archived_at = models.DateTimeField(null=True)
    """Out of the lists since then, and whole."""
    deleted_at = models.DateTimeField(null=True)
    """In the recycle bin since then: nothing of it is removed yet, and its number is not given again."""

    objects: ClassVar[models.Manager[ModelVersion]] = KeptVersions()
    """Without those in the recycle bin, alone or with their model."""
    with_deleted: ClassVar[models.Manager[ModelVersion]] = models.Manager()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["model", "number"], name="one_model_version_number")]

    def __str__(self) -> str:
        return f"{self.model.name}:{self.number}"


class ModelAlias(models.Model):
    """A name that people move from version to version, such as `champion`."""

    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["model", "name"], name="one_version_per_alias")]


class ModelDataset(models.Model):
    """Which dataset version stands behind a model version, and as what."""

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(max_length=60, default="training data")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "dataset_version", "relation"], name="one_model_dataset_relation"
            )
        ]
