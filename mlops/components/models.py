"""A component is a name in a project; a version is a definition with its files. Versions never change."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.blobs.models import Tree
from mlops.ordered_json import OrderedJSONField


class Kind(models.TextChoices):
    COMMAND = "command", _("Command")
    FUNCTION = "function", _("Python function")
    DRAWN = "drawn", _("Drawn in the browser")
    GRAPH = "graph", _("Pipeline")
    SWEEP = "sweep", _("Sweep")
    PARALLEL = "parallel", _("Parallel")


class KeptComponents(models.Manager["Component"]):
    def get_queryset(self) -> models.QuerySet[Component]:
        return super().get_queryset().filter(deleted_at=None)


class Component(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    archived_at = models.DateTimeField(null=True)
    """Out of the palette; drawings and runs that use it go on."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    deleted_at = models.DateTimeField(null=True)
    """In the recycle bin since then: its name is free, and nothing of it is removed yet."""

    objects: ClassVar[models.Manager[Component]] = KeptComponents()
    """Without those in the recycle bin."""
    with_deleted: ClassVar[models.Manager[Component]] = models.Manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"], condition=models.Q(deleted_at=None), name="one_component_name_per_project"
            )
        ]

    def __str__(self) -> str:
        return self.name


class KeptComponentVersions(models.Manager["ComponentVersion"]):
    def get_queryset(self) -> models.QuerySet[ComponentVersion]:
        return super().get_queryset().filter(deleted_at=None, component__deleted_at=None)


class ComponentVersion(models.Model):
    """`definition` is formats.definition.Definition, `digest` its digest; `tree` holds its code."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+")
    version = models.CharField(max_length=40)
    position = models.PositiveIntegerField()
    """Counts the versions of the component: the highest is the newest."""
    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    definition = OrderedJSONField()
    digest = models.CharField(max_length=64)
    tree = models.ForeignKey(Tree, null=True, on_delete=models.PROTECT, related_name="+")
    tags = models.JSONField(default=dict)
    warnings = models.JSONField(default=list)
    """What was read and has no meaning here."""
    deprecated = models.TextField(blank=True)
    """Why it should not be used any more, and what to use instead."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    deleted_at = models.DateTimeField(null=True)
    """In the recycle bin since then; its version is not given again."""

    objects: ClassVar[models.Manager[ComponentVersion]] = KeptComponentVersions()
    """Without those in the recycle bin, alone or with their component."""
    with_deleted: ClassVar[models.Manager[ComponentVersion]] = models.Manager()

    class Meta:
        ordering = ["-position"]
        constraints = [
            models.UniqueConstraint(fields=["component", "version"], name="one_component_version"),
            models.UniqueConstraint(fields=["component", "position"], name="one_component_position"),
        ]

    def __str__(self) -> str:
        return f"{self.component.name}:{self.version}"
