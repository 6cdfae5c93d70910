"""Parquet parts of collected rows, the segments that they came from, and how taking in goes for each deployment."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mlops.blobs.models import Blob
from mlops.datasets.models import DatasetVersion
from mlops.deployments.models import Endpoint
from mlops.packaging import leases


class PartKind(models.TextChoices):
    ROWS = "rows", _("Rows")
    LABELS = "labels", _("Labels")


class Part(models.Model):
    """A Parquet file with rows of one UTC day, one deployment and one model version; or labels that came on one day.

    Rows outlive their deployment: they belong to the endpoint."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=PartKind.choices, default=PartKind.ROWS)
    deployment = models.CharField(max_length=60, blank=True)
    """Its name; empty for labels that were sent to the endpoint."""
    model = models.CharField(max_length=200, blank=True)
    """`name:number`."""
    day = models.DateField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    row_count = models.BigIntegerField()
    request_count = models.BigIntegerField()
    size_bytes = models.BigIntegerField()
    columns = models.JSONField(default=dict)
    """Column name to one of collected.columns.TYPES."""
    minutes = models.JSONField(default=dict)
    """Rows by minute of the day, so that counting reads no file."""
    designations = models.JSONField(default=list)
    """Of each row, such as inputs and predictions. Where parts differ in it, the rows of one request lie apart and are
    joined when they are read."""
    level = models.PositiveSmallIntegerField(default=0)
    """How often its rows were put together with others."""
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["day", "first_at"]
        indexes = [models.Index(fields=["endpoint", "kind", "day"], name="collected_part_day")]

    def __str__(self) -> str:
        return f"{self.endpoint.name}/{self.deployment} {self.day} ({self.row_count} rows)"


class PartFile(models.Model):
    """A blob that was made for a part. Written before the bytes, so that none is forgotten when a worker dies."""

    digest = models.CharField(primary_key=True, max_length=64)
    since = models.DateTimeField(default=timezone.now)


class Segment(models.Model):
    """A segment that was taken in: in the same transaction as its parts, so that no row is taken twice."""

    deployment_id = models.UUIDField()
    """No foreign key: what is taken stays taken when the deployment goes."""
    name = models.CharField(max_length=200)
    row_count = models.PositiveIntegerField(default=0)
    fault = models.TextField(blank=True)
    """Why a rest of it could not be read; the source keeps such a one."""
    taken_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deployment_id", "name"], name="one_row_per_segment")]

    def __str__(self) -> str:
        return self.name


class KeyBatch(models.Model):
    """The keys of what was taken in at once, for some minutes: a request that the router sent again may have been
    written by two servers."""

    deployment_id = models.UUIDField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    keys = models.BinaryField()
    """8 bytes each, signed, little-endian."""
    taken_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["deployment_id", "last_at"], name="collected_key_batch")]


class IntakeState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    COLLECTING = "collecting", _("Collecting")
    FAILING = "failing", _("Failing")
    OFF = "off", _("Off")


class Intake(models.Model):
    """How taking in goes for one deployment: state, why, since when; and its last rows, for looking at them live."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+")
    deployment = models.CharField(max_length=60)
    deployment_id = models.UUIDField()
    """No foreign key: what a deleted deployment left is taken in all the same."""
    state = models.CharField(max_length=20, choices=IntakeState.choices, default=IntakeState.WAITING)
    reason = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    state_since = models.DateTimeField(default=timezone.now)
    lease = models.UUIDField(null=True)
    """Of the worker that takes in; what it keeps, it keeps only while this is its own."""
    lease_until = models.DateTimeField(null=True)
    silent_since = models.DateTimeField(null=True)
    """Since when its source could not be asked."""
    last_row_at = models.DateTimeField(null=True)
    last_taken_at = models.DateTimeField(null=True)
    lag_seconds = models.FloatField(null=True)
    """From the last row's request to its being here."""
    dropped = models.BigIntegerField(default=0)
    """Requests that the server could not keep, as it told."""
    recent = models.JSONField(default=list)
    """The last rows, newest first."""
    retention_days = models.FloatField(null=True)
    """As the deployment has it, or had it when it was removed. None: for ever."""

    class Meta:
        ordering = ["deployment"]
        constraints = [models.UniqueConstraint(fields=["deployment_id"], name="one_intake_per_deployment")]

    def __str__(self) -> str:
        return f"{self.endpoint.name}/{self.deployment}"


class LabelPost(models.Model):
    """Labels that somebody sent: what was really the case, joined by request or correlation id when rows are read."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=300)
    """In words: the file's name, the dataset's, or that they were sent as rows."""
    pending = models.JSONField(null=True)
    """Rows that wait for a worker to lay them out; None once that is done."""
    row_count = models.PositiveIntegerField()
    columns = models.JSONField(default=list)
    unmatched = models.PositiveIntegerField(null=True)
    """Rows whose request is not (yet) among what was collected; None while nobody has looked."""
    examples = models.JSONField(default=list)
    """Some ids of these."""
    part_ids = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.row_count} labels of {self.endpoint.name} ({self.source})"


class WorkState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")


class SavedWindow(leases.Leased):
    """A window that became, or is to become, a version of a dataset."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+")
    dataset = models.CharField(max_length=120)
    """Its name, in the endpoint's project."""
    version = models.ForeignKey(DatasetVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    deployments = models.JSONField(default=list)
    """Names; empty: all."""
    start = models.DateTimeField(null=True)
    end = models.DateTimeField()
    is_labelled = models.BooleanField(default=False)
    """Only rows with a label."""
    columns = models.CharField(max_length=20, default="training")
    """collected.saving.COLUMNS."""
    state = models.CharField(max_length=20, choices=WorkState.choices, default=WorkState.QUEUED)
    row_count = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.endpoint.name} as {self.dataset}"


class Forgetting(leases.Leased):
    """Rows that somebody asked to be removed, such as those of a person who wants to be forgotten."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+")
    column = models.CharField(max_length=250)
    """request_id, correlation_id, or a column such as inputs.customer."""
    values = models.JSONField(default=list)
    """Emptied when it is done: what is to be forgotten is not kept here."""
    value_count = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=WorkState.choices, default=WorkState.QUEUED)
    row_count = models.BigIntegerField(default=0)
    """Rows that were removed."""
    label_count = models.BigIntegerField(default=0)
    datasets = models.JSONField(default=list)
    """Versions of datasets that were saved from this endpoint and may still hold such rows."""
    why = models.TextField(blank=True)
    """In the words of who asked."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.value_count} values of {self.column} in {self.endpoint.name}"


class Refresh(models.Model):
    """A dataset that gets a new version from what was collected, again and again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+")
    dataset = models.CharField(max_length=120)
    every_hours = models.FloatField(default=24.0)
    window_hours = models.FloatField(null=True)
    """How far back each version reaches; None: all that is kept."""
    deployments = models.JSONField(default=list)
    is_labelled = models.BooleanField(default=False)
    columns = models.CharField(max_length=20, default="training")
    is_enabled = models.BooleanField(default=True)
    next_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    """Why it was passed over the last time; empty where it was not."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["dataset"]
        constraints = [models.UniqueConstraint(fields=["endpoint", "dataset"], name="one_refresh_per_dataset")]

    def __str__(self) -> str:
        return f"{self.dataset} from {self.endpoint.name}"
