"""A dataset is a name in a project; each of its versions is a tree of blobs that never changes."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.blobs.models import Blob, Tree


class AssetType(models.TextChoices):
    TABLE = "table", _("Table")
    URI_FILE = "uri_file", _("File")
    URI_FOLDER = "uri_folder", _("Folder")
    MLTABLE = "mltable", _("MLTable")


class KeptDatasets(models.Manager["Dataset"]):
    def get_queryset(self) -> models.QuerySet[Dataset]:
        return super().get_queryset().filter(deleted_at=None)


class Dataset(models.Model):
    """A data asset: all of its versions are of one type."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    licence = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=500, blank=True)
    """Where the data came from, in words or as an address."""
    is_sample = models.BooleanField(default=False)
    task = models.CharField(max_length=40, blank=True)
    """Of a sample: what it is good for, such as `regression`."""
    last_number = models.PositiveIntegerField(default=0)
    """Numbers are never given twice, also where versions were deleted."""
    type = models.CharField(max_length=10, choices=AssetType.choices, default=AssetType.TABLE)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    deleted_at = models.DateTimeField(null=True)
    """In the recycle bin since then: its name is free, and nothing of it is removed yet."""

    objects: ClassVar[models.Manager[Dataset]] = KeptDatasets()
    """Without those in the recycle bin."""
    with_deleted: ClassVar[models.Manager[Dataset]] = models.Manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"], condition=models.Q(deleted_at=None), name="one_dataset_name_per_project"
            )
        ]
        indexes = [
            models.Index(fields=["-created_at"], name="dataset_created"),
            models.Index(fields=["project", "-created_at"], name="dataset_project_created"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_of_files(self) -> bool:
        """Whether its versions hold files as they came (`DatasetVersion.files`)."""
        return self.type != AssetType.TABLE


class Arrival(models.Model):
    """Files that were sent, waiting for the data asset that is made of them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    tree = models.ForeignKey(Tree, on_delete=models.PROTECT, related_name="+")
    is_folder = models.BooleanField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")


class Upload(models.Model):
    """A file that arrived and was sniffed, waiting for its person to confirm how it is to be read."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    guess = models.JSONField()
    """formats.reading.Reading as guessed, then as its person left it."""
    warnings = models.JSONField(default=list)
    details = models.JSONField(default=dict)
    """What was typed in the wizard: name, description, licence, source."""
    dataset = models.ForeignKey(Dataset, null=True, on_delete=models.CASCADE, related_name="+")
    """The dataset that gets a new version by it."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")


class VersionState(models.TextChoices):
    IMPORTING = "importing", _("Importing")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class KeptDatasetVersions(models.Manager["DatasetVersion"]):
    def get_queryset(self) -> models.QuerySet[DatasetVersion]:
        return super().get_queryset().filter(deleted_at=None, dataset__deleted_at=None)


class DatasetVersion(models.Model):
    """`raw` is the file of a table as it came, `files` what a file, folder or MLTable holds; `tree` the table that was
    read from either: `data.parquet` and `meta.json` (formats.transform.TableMeta). A file that is no table has none."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    """Counts the versions in the order in which they came, those with a name of their own as well."""
    label = models.CharField(max_length=100, blank=True)
    """A version that is no number, such as `2024-01`."""
    content = models.CharField(max_length=64, blank=True, db_index=True)
    """SHA-256 of what was given: of the file, or of the manifest of the files. Empty until it is known."""
    files = models.ForeignKey(Tree, null=True, on_delete=models.PROTECT, related_name="+")
    uri = models.CharField(max_length=2000, blank=True)
    """The address that it came from, or to which it points."""
    origin = models.JSONField(default=dict)
    """datasets.origins.Origin: what was seen at the address, and when; the job that made it."""
    properties = models.JSONField(default=dict)
    warnings = models.JSONField(default=list)
    """What was not understood, or left out, when it was read."""
    archived_at = models.DateTimeField(null=True)
    raw = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255, blank=True)
    reading = models.JSONField(default=dict)
    """formats.reading.Reading as confirmed: format, delimiter, encoding, header, types."""
    tree = models.ForeignKey(Tree, null=True, on_delete=models.PROTECT, related_name="+")
    schema = models.JSONField(null=True)
    """formats.table.TableSchema."""
    profile = models.JSONField(null=True)
    """formats.profile.TableProfile."""
    row_count = models.BigIntegerField(null=True)
    size_bytes = models.BigIntegerField(default=0)
    state = models.CharField(max_length=20, choices=VersionState.choices, default=VersionState.IMPORTING)
    reason = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    state_since = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    """While a worker imports it; a lease that ran out is taken over."""
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    deleted_at = models.DateTimeField(null=True)
    """In the recycle bin since then; its version is not given again."""

    objects: ClassVar[models.Manager[DatasetVersion]] = KeptDatasetVersions()
    """Without those in the recycle bin, alone or with their dataset."""
    with_deleted: ClassVar[models.Manager[DatasetVersion]] = models.Manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="one_dataset_version_number"),
            models.UniqueConstraint(
                fields=["dataset", "label"], condition=~models.Q(label=""), name="one_dataset_version_label"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset.name}:{self.version}"

    @property
    def version(self) -> str:
        """As people write it."""
        return self.label or str(self.number)
