"""What documents name, as rows: without them, "who used this" would read the frozen graph of every run."""

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
