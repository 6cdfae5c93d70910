"""Batch endpoints and deployments, their jobs, and the mini-batches of a job, which workers claim one by one."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.blobs.models import Blob, Tree
from mlops.components.models import ComponentVersion
from mlops.datasets.models import DatasetVersion
from mlops.packaging.models import Conversion
from mlops.pipelines.models import PublishedPipeline
from mlops.registry.models import ModelVersion
from mlops.runs.models import Run


class BatchEndpoint(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    description = models.TextField(blank=True)
    default = models.ForeignKey("BatchDeployment", null=True, on_delete=models.SET_NULL, related_name="+")
    """Takes the calls that name no deployment."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_batch_endpoint_name")]

    def __str__(self) -> str:
        return self.name


class BatchDeployment(models.Model):
    """Of a model version (`version`), a published pipeline (`pipeline`) or a pipeline component (`component`): exactly
    one of the three is set."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(BatchEndpoint, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    description = models.TextField(blank=True)
    version = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT, related_name="+")
    entry = models.CharField(max_length=10, blank=True)
    """formats.batch.BatchEntry of a model."""
    is_entry_free = models.BooleanField(default=False)
    """Nobody chose the entry: the original model scores where the conversion to ONNX comes to nothing."""
    conversion = models.ForeignKey(Conversion, null=True, on_delete=models.PROTECT, related_name="+")
    code = models.ForeignKey(Tree, null=True, on_delete=models.PROTECT, related_name="+")
    """The folder with the scoring script."""
    script = models.CharField(max_length=255, blank=True)
    """Path of the scoring script in `code`."""
    pipeline = models.ForeignKey(PublishedPipeline, null=True, on_delete=models.PROTECT, related_name="+")
    input_parameter = models.CharField(max_length=200, blank=True)
    """The parameter of the pipeline that gets the input."""
    component = models.ForeignKey(ComponentVersion, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    settings = models.JSONField(default=dict)
    """formats.batch.BatchSettings; of a pipeline component those of its jobs: formats.batch.PipelineSettings."""

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "name"], name="one_batch_deployment_name"),
            models.CheckConstraint(
                condition=models.Q(version__isnull=False, pipeline__isnull=True, component__isnull=True)
                | models.Q(version__isnull=True, pipeline__isnull=False, component__isnull=True)
                | models.Q(version__isnull=True, pipeline__isnull=True, component__isnull=False),
                name="batch_deployment_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint.name}/{self.name}"

    @property
    def of(self) -> str:
        """What it scores with, such as `prices:3`."""
        return str(self.version or self.pipeline or self.component)


class BatchInput(models.Model):
    """Files that were uploaded to be scored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    tree = models.ForeignKey(Tree, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")


class Phase(models.TextChoices):
    PREPARING = "preparing", _("Reading the input")
    SCORING = "scoring", _("Scoring")
    ASSEMBLING = "assembling", _("Writing the output")
    PIPELINE = "pipeline", _("Running the pipeline")
    ENDED = "ended", _("Ended")


class BatchJob(models.Model):
    """One call. Its state is that of `run`; `phase` says what its workers do. What it was asked is frozen."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="+")
    endpoint = models.ForeignKey(BatchEndpoint, on_delete=models.CASCADE, related_name="+")
    deployment = models.ForeignKey(BatchDeployment, null=True, on_delete=models.SET_NULL, related_name="+")
    deployment_name = models.CharField(max_length=60)
    of = models.CharField(max_length=200)
    """The model version or the pipeline, as `name:number`."""
    version = models.ForeignKey(ModelVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    entry = models.CharField(max_length=10, blank=True)
    is_entry_free = models.BooleanField(default=False)
    conversion = models.ForeignKey(Conversion, null=True, on_delete=models.SET_NULL, related_name="+")
    code = models.ForeignKey(Tree, null=True, on_delete=models.PROTECT, related_name="+")
    script = models.CharField(max_length=255, blank=True)
    settings = models.JSONField(default=dict)
    """formats.batch.BatchSettings with what this call overrides."""
    asked_input = models.JSONField(default=dict)
    """batch.inputs.Asked: the dataset, upload or address as it was given."""
    output_dataset = models.CharField(max_length=120, blank=True)
    """The dataset that gets the output as its next version."""
    output_version = models.ForeignKey(DatasetVersion, null=True, on_delete=models.SET_NULL, related_name="+")

    phase = models.CharField(max_length=20, choices=Phase.choices, default=Phase.PREPARING)
    phase_since = models.DateTimeField()
    reason = models.TextField(blank=True)
    """Why it is where it is, while it is going."""
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    """Of the worker that reads the input or writes the output."""
    attempt = models.PositiveIntegerField(default=0)
    """How often this phase was begun."""

    input_kind = models.CharField(max_length=10, blank=True)
    files = models.JSONField(default=list)
    """[formats.batch.InputFile]: what the mini-batches count in."""
    total_items = models.BigIntegerField(default=0)
    """Rows, or files."""
    total_batches = models.PositiveIntegerField(default=0)
    done_items = models.BigIntegerField(default=0)
    failed_items = models.BigIntegerField(default=0)
    """Among those that are done."""
    done_batches = models.PositiveIntegerField(default=0)
    scoring_since = models.DateTimeField(null=True)
    scoring_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["phase"], name="batch_job_phase")]

    def __str__(self) -> str:
        return f"{self.endpoint.name} #{self.run.number}"


class MiniBatchState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class MiniBatch(models.Model):
    """Frozen when the input was read; `index` is its place in it. Its result is taken over once, from whoever holds
    the lease."""

    job = models.ForeignKey(BatchJob, on_delete=models.CASCADE, related_name="+")
    index = models.PositiveIntegerField()
    part = models.JSONField()
    """formats.batch.Part."""
    items = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=MiniBatchState.choices, default=MiniBatchState.WAITING)
    reason = models.TextField(blank=True)
    code = models.CharField(max_length=60, blank=True)
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    """While it runs, of its worker; while it waits, the end of the pause before its next try."""
    attempt = models.PositiveIntegerField(default=0)
    """How often it was begun, also by workers that were lost."""
    failures = models.PositiveIntegerField(default=0)
    result = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    form = models.CharField(max_length=10, blank=True)
    errors = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    told_errors = models.JSONField(default=list)
    """The first few of its errors: [formats.batch.ErrorRow]."""
    failed_items = models.BigIntegerField(default=0)
    seconds = models.FloatField(null=True)

    class Meta:
        ordering = ["index"]
        constraints = [models.UniqueConstraint(fields=["job", "index"], name="one_mini_batch_index")]
        indexes = [models.Index(fields=["job", "state", "index"], name="mini_batch_state")]


class Scorer(models.Model):
    """A seat for one child process of a job: as many as are to score at once. Taken by a worker with a lease."""

    job = models.ForeignKey(BatchJob, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="one_scorer_number")]
