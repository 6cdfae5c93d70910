"""How busy deployments were, by minute, beside what the router counted; both by hour, which is kept for long; and what
two of them answered, side by side."""

from __future__ import annotations

import uuid

from django.conf import settings as studio
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.deployments.models import Counts, Deployment, Endpoint
from mlops.packaging import leases


class Saturation(models.Model):
    """Sums over `looks` looks, several a minute; divide by it for the mean."""

    looks = models.PositiveIntegerField(default=0)
    in_flight = models.FloatField(default=0.0)
    """Requests in hand at each look."""
    in_flight_most = models.PositiveIntegerField(default=0)
    possible = models.FloatField(default=0.0)
    """Requests that all ready servers could have in hand."""
    replicas = models.FloatField(default=0.0)
    """Servers that were ready."""
    queue_seconds = models.FloatField(default=0.0)
    """How long requests waited for their turn, of the `queued` whose server told it."""
    queued = models.BigIntegerField(default=0)
    statuses = models.JSONField(default=dict)
    """Answers by HTTP status."""
    cpu_looks = models.PositiveIntegerField(default=0)
    """How many looks saw the servers' processor and memory."""
    cpus = models.FloatField(default=0.0)
    """Processors that all servers used together."""
    cpus_possible = models.FloatField(default=0.0)
    memory_bytes = models.FloatField(default=0.0)
    """Of all servers together."""
    memory_most_bytes = models.BigIntegerField(default=0)
    """Of the server that used most."""
    memory_possible_bytes = models.FloatField(default=0.0)
    """The limit of all servers together."""

    class Meta:
        abstract = True


SUMS = (
    "looks", "in_flight", "possible", "replicas", "queue_seconds", "queued",
    "cpu_looks", "cpus", "cpus_possible", "memory_bytes", "memory_possible_bytes",
)  # fmt: skip
MOSTS = ("in_flight_most", "memory_most_bytes")


class LoadMinute(Saturation):
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="+")
    minute = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deployment", "minute"], name="one_load_row_per_minute")]


class ServiceHour(Counts, Saturation):
    """The minutes of one hour (UTC) together: what is left of them when they are cleared away."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="+")
    hour = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deployment", "hour"], name="one_service_row_per_hour")]


class LastLook(models.Model):
    """What had been counted at the last look, so that the next one tells the difference."""

    deployment = models.OneToOneField(Deployment, on_delete=models.CASCADE, related_name="+")
    started = models.FloatField(default=0.0)
    """Which life of the router counted."""
    at = models.FloatField(default=0.0)
    """Unix seconds."""
    in_flight = models.PositiveIntegerField(default=0)
    statuses = models.JSONField(default=dict)
    queue_seconds = models.FloatField(default=0.0)
    queued = models.BigIntegerField(default=0)
    cpu_seconds = models.JSONField(default=dict)
    """Server's address to [Unix seconds, processor seconds since its start]."""


class ComparisonState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Comparing")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")


class AnswerComparison(leases.Leased):
    """What two deployments answered, and were asked, in the same time, from what was collected of both."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+")
    first = models.CharField(max_length=60)
    second = models.CharField(max_length=60)
    """Names of deployments."""
    start = models.DateTimeField()
    end = models.DateTimeField()
    state = models.CharField(max_length=20, choices=ComparisonState.choices, default=ComparisonState.QUEUED)
    first_rows = models.BigIntegerField(null=True)
    second_rows = models.BigIntegerField(null=True)
    found = models.JSONField(null=True)
    """formats.monitor.MonitorFound, with the first deployment as the baseline."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(studio.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.endpoint.name}: {self.second} beside {self.first}"
