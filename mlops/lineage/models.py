"""What documents name, as rows, so that nobody reads the frozen graph of every run; and what each endpoint served."""

from __future__ import annotations

from django.db import models

from mlops.access.models import Project
from mlops.components.models import ComponentVersion
from mlops.datasets.models import DatasetVersion
from mlops.deployments.models import Deployment
from mlops.pipelines.models import PublishedPipeline
from mlops.retraining.models import Attempt
from mlops.runs.models import Run


class Mention(models.Model):
    """One holder names one thing. Exactly one of the holders is set; what they hold never changes.

    `target`: `datasets/NAME:3`, `components/NAME:VERSION`, `builds/KEY` (an environment by its content),
    `commits/SHA`, `code/TREE`, `datastores/NAME`, `sources/ADDRESS`, `looks/MONITOR:7`, or what a run was started
    from: `drafts/ID`, `schedules/ID`, `pipeline-endpoints/ID@N`, `runs/ID`."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(Run, null=True, on_delete=models.CASCADE, related_name="+")
    pipeline = models.ForeignKey(PublishedPipeline, null=True, on_delete=models.CASCADE, related_name="+")
    data = models.ForeignKey(DatasetVersion, null=True, on_delete=models.CASCADE, related_name="+")
    component = models.ForeignKey(ComponentVersion, null=True, on_delete=models.CASCADE, related_name="+")
    deployment = models.ForeignKey(Deployment, null=True, on_delete=models.CASCADE, related_name="+")
    attempt = models.ForeignKey(Attempt, null=True, on_delete=models.CASCADE, related_name="+")
    target = models.CharField(max_length=400)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["project", "target", "-at"], name="mention_target")]

    def __str__(self) -> str:
        return self.target


HOLDERS = ("run", "pipeline", "data", "component", "deployment", "attempt")


class Serving(models.Model):
    """What stood behind an endpoint from `at` on, until its next row. Append-only, and outlives the endpoint."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    endpoint_id = models.UUIDField()
    """No foreign key: what was served stays known when the endpoint goes."""
    endpoint = models.CharField(max_length=60)
    at = models.DateTimeField()
    event = models.BigIntegerField(null=True)
    """`seq` of the event that made it so; None: the regular look found it."""
    because = models.CharField(max_length=100, blank=True)
    """The type of that event."""
    by = models.CharField(max_length=150, blank=True)
    reason = models.TextField(blank=True)
    is_gone = models.BooleanField(default=False)
    """The endpoint was deleted."""
    state = models.JSONField(default=dict)
    """serving.states.Served."""

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["project", "at"], name="serving_project_at"),
            models.Index(fields=["endpoint_id", "-at"], name="serving_endpoint_at"),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} from {self.at:%Y-%m-%d %H:%M:%S}"
