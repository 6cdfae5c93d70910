"""A replay of requests against two servers of an endpoint: what was asked for, how far it is, what differed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.blobs.models import Blob
from mlops.datasets.models import DatasetVersion
from mlops.deployments.models import Deployment, Endpoint
from mlops.packaging import leases
from mlops.registry.models import ModelVersion


class ReplayState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Replay(leases.Leased):
    """Each side is a deployment that serves, or a model version that is served for the time of the replay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    """From 1, within the endpoint."""
    before_deployment = models.ForeignKey(Deployment, null=True, on_delete=models.SET_NULL, related_name="+")
    before_version = models.ForeignKey(ModelVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    before_label = models.CharField(max_length=300)
    after_deployment = models.ForeignKey(Deployment, null=True, on_delete=models.SET_NULL, related_name="+")
    after_version = models.ForeignKey(ModelVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    after_label = models.CharField(max_length=300)
    recorded = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    """Requests, one a line; else rows of `dataset`."""
    dataset = models.ForeignKey(DatasetVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.CharField(max_length=300)
    tolerance = models.JSONField(default=dict)
    """formats.replaying.Tolerance."""
    state = models.CharField(max_length=20, choices=ReplayState.choices, default=ReplayState.QUEUED)
    cancel_asked = models.BooleanField(default=False)
    share_done = models.FloatField(default=0.0)
    report = models.JSONField(null=True)
    """formats.replaying.ReplayReport."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["endpoint", "number"], name="one_replay_number_per_endpoint")]

    def __str__(self) -> str:
        return f"{self.endpoint.name} replay {self.number}"
