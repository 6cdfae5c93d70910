"""Published pipelines behind endpoints with fixed addresses, and the schedules that call them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.ordered_json import OrderedJSONField
from mlops.runs.models import Run


class PipelineEndpoint(models.Model):
    """A name with a fixed address; its versions count from 0, and one of them is the default."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    next_number = models.PositiveIntegerField(default=0)
    default = models.ForeignKey("PublishedPipeline", null=True, on_delete=models.PROTECT, related_name="+")
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_pipeline_endpoint_name")]

    def __str__(self) -> str:
        return self.name


class PublishedPipeline(models.Model):
    """Never changes, but for whether it may be called. `spec`: as drawn, with parameters (formats.pipeline)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(PipelineEndpoint, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    spec = OrderedJSONField()
    document = OrderedJSONField()
    description = models.TextField(blank=True)
    origin = models.CharField(max_length=200, blank=True)
    job = OrderedJSONField(default=dict)
    """Of a job from a file: `kind`, `source`, `tags`, `git`, `told` as `submit` takes them, and `definitions`, the
    components that it brought along, by `name@version`."""
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["endpoint", "number"], name="one_published_version_number")]

    def __str__(self) -> str:
        return f"{self.endpoint.name}:{self.number}"


class Schedule(models.Model):
    """Calls an endpoint at times, or when data comes. `trigger`: formats.schedule."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    endpoint = models.ForeignKey(PipelineEndpoint, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(PublishedPipeline, null=True, on_delete=models.PROTECT, related_name="+")
    """None: the endpoint's default at the time of the call."""
    experiment = models.CharField(max_length=120)
    parameters = OrderedJSONField(default=dict)
    trigger = models.JSONField()
    catch_up = models.CharField(max_length=10, default="once")
    catch_up_most = models.PositiveIntegerField(default=10)
    overlap = models.CharField(max_length=10, default="skip")
    continue_on_step_failure = models.BooleanField(default=False)
    is_enabled = models.BooleanField(default=True)
    reason = models.TextField(blank=True)
    """What the last look found."""
    looked_at = models.DateTimeField()
    """Fires up to here are decided."""
    next_at = models.DateTimeField(null=True)
    """The next fire, or the next look for data."""
    seen = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_schedule_name")]
        indexes = [models.Index(fields=["next_at"], name="schedule_next", condition=Q(is_enabled=True))]

    def __str__(self) -> str:
        return self.name


class FireState(models.TextChoices):
    STARTED = "started", _("Started")
    QUEUED = "queued", _("Waits for the run before")
    SKIPPED = "skipped", _("Skipped")
    REFUSED = "refused", _("Refused")


class Fire(models.Model):
    """One moment, or one arrival of data; the key is unique, so that it has one run however many workers look."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=500)
    due_at = models.DateTimeField()
    decided_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=FireState.choices)
    reason = models.TextField(blank=True)
    parameters = models.JSONField(default=dict)
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-due_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["schedule", "key"], name="one_decision_a_fire")]
