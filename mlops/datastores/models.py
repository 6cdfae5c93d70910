"""A data store is a place outside, by a name in a project; its secrets are sealed and never shown."""

from __future__ import annotations

import uuid

from django.conf import settings as of_django
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.blobs.models import Tree


class Kind(models.TextChoices):
    LOCAL = "local", _("Folder of the server")
    AZURE_BLOB = "azure_blob", _("Azure Blob")
    AZURE_FILE = "azure_file", _("Azure Files")
    AZURE_DATA_LAKE_GEN2 = "azure_data_lake_gen2", _("Azure Data Lake Gen2")
    S3 = "s3", _("S3")
    HTTP = "http", _("Web address")
    SQL = "sql", _("SQL database")


class Datastore(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=30, choices=Kind.choices)
    description = models.TextField(blank=True)
    settings = models.JSONField(default=dict)
    """datastores.kinds: what is no secret, such as the account's and the container's name."""
    secrets = models.TextField(blank=True)
    """Sealed (access.sealing): JSON of name to secret."""
    is_default = models.BooleanField(default=False)
    state = models.CharField(max_length=10, blank=True)
    """Of the last test: `reached` or `failed`; empty: it was never tested."""
    reason = models.TextField(blank=True)
    checked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(of_django.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="one_datastore_name_per_project"),
            models.UniqueConstraint(
                fields=["project"], condition=models.Q(is_default=True), name="one_default_datastore"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OwnPath(models.Model):
    """What was written to a path of the product's own storage (`workspaceblobstore`): the newest content of it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=900)
    tree = models.ForeignKey(Tree, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["project", "path"], name="one_content_per_own_path")]
