"""Deployments that wait for a conversion go on as soon as it has ended."""

from __future__ import annotations

from mlops.deployments.models import Deployment, DeploymentState
from mlops.packaging.models import Conversion
from mlops.work.calls import later


def wake_up(conversion: Conversion) -> None:
    waiting = Deployment.objects.filter(
        conversion=conversion, state=DeploymentState.TRANSITIONING, placing__isnull=True
    )
    for deployment_id in waiting.values_list("pk", flat=True):
        later("deployments.apply", deployment_id)
