"""Experiments group runs; a run executes a frozen spec; its steps, metrics and log lines are rows."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mlops.access.models import Project
from mlops.blobs.models import Blob
from mlops.ordered_json import OrderedJSONField
from mlops.trail import carried


class Experiment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=500)
    description = models.TextField(blank=True)
    """Markdown."""
    artifact_location = models.TextField(blank=True)
    """A place outside, to which its clients write files by themselves; empty: into our storage."""
    changed_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    """In the recycle bin since then."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_experiment_name_per_project")]

    def __str__(self) -> str:
        return self.name


class RunKind(models.TextChoices):
    PIPELINE = "pipeline", _("Pipeline")
    COMMAND = "command", _("Command")
    SWEEP = "sweep", _("Sweep")
    PARALLEL = "parallel", _("Parallel")
    TRACKED = "tracked", _("Tracked from outside")


class RunState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    CANCELLING = "cancelling", _("Cancelling")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


FINAL_RUN_STATES = (RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED)


class Priority(models.IntegerChoices):
    LOW = -1, pgettext_lazy("priority", "Low")
    NORMAL = 0, pgettext_lazy("priority", "Normal")
    HIGH = 1, pgettext_lazy("priority", "High")


class StepState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")
    REUSED = "reused", _("Reused")
    FAILED = "failed", _("Failed")
    SKIPPED = "skipped", _("Skipped")
    CANCELLED = "cancelled", _("Cancelled")


DONE_STEP_STATES = (StepState.COMPLETED, StepState.REUSED)
FINAL_STEP_STATES = (*DONE_STEP_STATES, StepState.FAILED, StepState.SKIPPED, StepState.CANCELLED)


class KeptRuns(models.Manager["Run"]):
    def get_queryset(self) -> models.QuerySet[Run]:
        return super().get_queryset().filter(deleted_at=None)


class Run(models.Model):
    """`spec` (formats.pipeline.PipelineSpec) and `document` (formats.document.Document) never change.

    A job of any kind is a run: of a command, a sweep or a parallel job the spec has one node, `job`, and the nodes of
    its data. A run that a client reports from elsewhere (`tracked`) has no nodes and no steps."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    """Counts within the project."""
    kind = models.CharField(max_length=10, choices=RunKind.choices, default=RunKind.PIPELINE)
    name = models.CharField(max_length=255, blank=True)
    """As its file names it, or as it was made up for a job: unique in the project, where it is not empty."""
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    """Of a trial, its sweep; of a nested run, the outer one."""
    display_name = models.CharField(max_length=500)
    description = models.TextField(blank=True)
    """Markdown: what its people note about it."""
    source = OrderedJSONField(default=dict)
    """Of a job from a file: the fields as they were understood, in the form of Azure ML's CLI v2."""
    spec = OrderedJSONField()
    spec_digest = models.CharField(max_length=64)
    document = OrderedJSONField(null=True)
    shapes = models.JSONField(default=dict)
    origin = models.CharField(max_length=200, blank=True)
    """What it was submitted from, such as `drafts/<id>@<revision>`."""
    snapshot = models.JSONField(default=dict)
    """Versions of Python, of the product and of the libraries; git facts where there are any."""
    asked = OrderedJSONField(default=dict)
    """formats.asked.Asked: part of the graph, values of parameters, pins."""
    correlation = models.CharField(max_length=80, null=True, default=carried.correlation)  # noqa: DJ001 - cheap to add
    """The request or call that began it: its log lines, and those of its steps, are found by it."""
    traceparent = models.CharField(max_length=55, null=True, default=carried.sampled_traceparent)  # noqa: DJ001
    """Where its steps' spans belong (W3C Trace Context), if the trace is told."""
    state = models.CharField(max_length=20, choices=RunState.choices, default=RunState.QUEUED)
    reason = models.TextField(blank=True)
    state_since = models.DateTimeField()
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    """Steps of runs with a higher one are taken first."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    """In the recycle bin since then: in no list, and nothing of it is removed yet."""

    objects: ClassVar[models.Manager[Run]] = models.Manager()
    kept: ClassVar[models.Manager[Run]] = KeptRuns()
    """Without those in the recycle bin: what every list, count and search is about."""

    depth = 0
    """Below the run that is looked at; set by `family`."""

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="one_run_number_per_project"),
            models.UniqueConstraint(fields=["project", "name"], condition=~models.Q(name=""), name="one_run_name"),
        ]
        indexes = [
            models.Index(fields=["state"], name="run_state"),
            models.Index(fields=["project", "-created_at"], name="run_project_created"),
            models.Index(fields=["-created_at", "-id"], name="run_created"),
            models.Index(fields=["project", "display_name"], name="run_project_name"),
            models.Index(fields=["experiment", "-created_at"], name="run_experiment_created"),
            models.Index(fields=["experiment", "-started_at"], name="run_experiment_started"),
            models.Index(
                fields=["project", "-deleted_at"], name="run_deleted", condition=models.Q(deleted_at__isnull=False)
            ),
            models.Index(fields=["project", "state", "-created_at"], name="run_project_state"),
            models.Index(fields=["correlation"], name="run_correlation"),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_final(self) -> bool:
        return self.state in FINAL_RUN_STATES


class Step(models.Model):
    """One node of a run. A claimed step has a lease that its worker renews; one that ran out is taken back."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    node = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    component = models.CharField(max_length=100)
    version = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=StepState.choices, default=StepState.WAITING)
    reason = models.TextField(blank=True)
    state_since = models.DateTimeField()
    error = models.JSONField(null=True)
    """formats.step.StepError."""
    progress = models.FloatField(null=True)
    attempt = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    reuse_key = models.CharField(max_length=64, blank=True)
    reused_from = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    outputs = models.JSONField(default=dict)
    """Port to {"type": port type, "tree": tree digest}."""
    input_bytes = models.BigIntegerField(null=True)
    """What lay at its inputs: the size by which its time is foretold."""
    log_digest = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cpu_seconds = models.FloatField(null=True)
    peak_memory_bytes = models.BigIntegerField(null=True)
    asks_cpus = models.FloatField(default=0)
    """What the worker must have that runs it; known once it is queued."""
    asks_memory_bytes = models.BigIntegerField(default=0)
    asks_gpus = models.PositiveIntegerField(default=0)
    asks_place = models.CharField(max_length=300, blank=True)
    """Pool and labels, as formats.demand.written_place has them."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "node"], name="one_step_per_node")]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="step_state_lease"),
            models.Index(fields=["reuse_key"], name="step_reuse_key"),
            models.Index(
                "run",
                models.ExpressionWrapper(models.Q(started_at=None), output_field=models.BooleanField()),
                "started_at",
                "state_since",
                "id",
                name="step_turn",
                condition=models.Q(state="queued"),
            ),
        ]


class StepToken(models.Model):
    """What the code of one attempt of a step shows to speak for its run; nothing but its digest is kept. It is worth
    something only while that attempt runs."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="+")
    attempt = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)


class Special(models.TextChoices):
    """Values of a metric that no database compares alike."""

    NAN = "nan", _("not a number")
    INFINITE = "inf", _("infinite")
    MINUS_INFINITE = "-inf", _("minus infinite")


class Metric(models.Model):
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", db_index=False)
    """Found by the index of run and key; one of its own would make each of thousands of points dearer."""
    node = models.CharField(max_length=100, blank=True)
    key = models.CharField(max_length=250)
    value = models.FloatField(null=True)
    """None where it is no finite number: `special` says which."""
    special = models.CharField(max_length=4, blank=True, choices=Special.choices)
    position = models.BigIntegerField(default=0)
    """The step of a series; 0 for a single value."""
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["run", "key"], name="metric_run_key")]


class LatestMetric(models.Model):
    """The last value of each metric of a run, so that lists filter and sort by it without reading its series."""

    run = models.ForeignKey(
        Run, on_delete=models.CASCADE, related_name="+", related_query_name="latest_metric", db_index=False
    )
    """Found by the constraint."""
    key = models.CharField(max_length=250)
    value = models.FloatField(null=True)
    special = models.CharField(max_length=4, blank=True, choices=Special.choices)
    position = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="one_latest_value_per_metric")]
        indexes = [models.Index(fields=["key", "value", "run"], name="latest_metric_value_run")]


class RunParameter(models.Model):
    """What a run was given, as text: logged by its code, or an input of its job. Written once."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", db_index=False)
    """Found by the constraint."""
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="one_value_per_parameter")]
        indexes = [models.Index("key", Left("value", 200), "run", name="run_parameter_value_run")]


class DatasetUse(models.Model):
    """Data that a run's code said it used, as MLflow's `log_input` tells it. What a job's file names as its inputs
    lies in its spec instead."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=500)
    digest = models.CharField(max_length=100)
    """As its client computed it, by a rule of its own."""
    context = models.CharField(max_length=100, blank=True)
    """What for, such as `training`."""
    source_type = models.CharField(max_length=100, blank=True)
    source = models.TextField(blank=True)
    schema = models.TextField(blank=True)
    profile = models.TextField(blank=True)
    tags = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "name", "digest", "context"], name="one_use_of_a_dataset")
        ]


class Artifact(models.Model):
    """A file that a run's code logged: an image, a table, a model's files, what it left in `outputs` or `logs`."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=500)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    size_bytes = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["run", "path"], name="one_artifact_path")]


class LoggedModelState(models.TextChoices):
    PENDING = "pending", _("Files are on their way")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Its files did not arrive")


class LoggedModel(models.Model):
    """A model that code logged, before anybody registers it: with its files, parameters, and metrics of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(Run, null=True, on_delete=models.CASCADE, related_name="+")
    """The one that made it."""
    run_told = models.CharField(max_length=256, blank=True, db_index=True)
    """As the client named the run, also where there is none."""
    name = models.CharField(max_length=500)
    kind = models.CharField(max_length=500, blank=True)
    """As its client says, such as `external`."""
    state = models.CharField(max_length=10, choices=LoggedModelState.choices, default=LoggedModelState.PENDING)
    parameters = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["experiment", "-created_at"], name="logged_model_newest")]

    def __str__(self) -> str:
        return self.name


class LoggedModelFile(models.Model):
    model = models.ForeignKey(LoggedModel, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=500)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    size_bytes = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["model", "path"], name="one_logged_model_path")]


class LoggedModelMetric(models.Model):
    """A metric that a run told of a model, perhaps on named data."""

    model = models.ForeignKey(LoggedModel, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=250)
    value = models.FloatField(null=True)
    special = models.CharField(max_length=4, blank=True, choices=Special.choices)
    position = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    dataset = models.CharField(max_length=500, blank=True)
    dataset_digest = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes = [models.Index(fields=["model", "key"], name="logged_model_metric")]


class LoggedModelUse(models.Model):
    """A run that took a model as its input, or gave one as its output."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    model = models.ForeignKey(LoggedModel, on_delete=models.CASCADE, related_name="+")
    is_output = models.BooleanField()
    position = models.BigIntegerField(default=0)
    """The step at which it was given."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "model", "is_output"], name="one_use_of_a_logged_model")]


class LogLine(models.Model):
    """Lines in the order in which they arrived; `seq` counts within the step."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    stream = models.CharField(max_length=10)
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "seq"], name="one_log_line_number")]


class Trial(models.Model):
    """One run of a sweep's command with values of its own; `number` counts from 0 within the sweep."""

    sweep = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="+")
    values = OrderedJSONField()
    """Hyperparameter to value."""
    score = models.FloatField(null=True)
    """The best value of the primary metric, once the run has ended."""
    is_counted = models.BooleanField(default=False)
    """Its run has ended, and the score is final."""
    judged = models.PositiveIntegerField(default=0)
    """The last interval at which it was decided whether it goes on."""
    stopped_early = models.BooleanField(default=False)
    is_best = models.BooleanField(default=False)
    """The best of those that have completed, so far."""

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["sweep", "number"], name="one_trial_number_per_sweep")]


class Tombstone(models.Model):
    """What is left of a run that was deleted for good: that there was one, whose, and who removed it."""

    id = models.UUIDField(primary_key=True, editable=False)
    """The run's."""
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=255, blank=True)
    display_name = models.TextField()
    experiment = models.TextField()
    state = models.CharField(max_length=20)
    created_by_name = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(auto_now_add=True)
    purged_by_name = models.CharField(max_length=150)
    reason = models.TextField(blank=True)
    freed_bytes = models.BigIntegerField()

    class Meta:
        ordering = ["-purged_at"]


class RetentionRule(models.Model):
    """Which runs of an experiment go into the recycle bin by themselves: old ones, but for those worth keeping."""

    experiment = models.OneToOneField(Experiment, on_delete=models.CASCADE, related_name="+")
    older_than_days = models.PositiveIntegerField()
    """Counted from a run's end."""
    keep_best = models.PositiveIntegerField(default=0)
    """How many of the best are kept, by `metric`."""
    metric = models.CharField(max_length=250, blank=True)
    is_larger_better = models.BooleanField(default=True)
    keep_tagged = models.CharField(max_length=300, blank=True)
    """TagName, or TagName=TagValue: runs with it are kept."""
    is_on = models.BooleanField(default=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)


class SavedView(models.Model):
    """A filter, columns and an order of the list of runs, under a name."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2_000, blank=True)
    """As in the page's address."""
    is_shared = models.BooleanField(default=False)
    """With everybody who may see the project."""

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["project", "owner", "name"], name="one_view_name_per_person")]
