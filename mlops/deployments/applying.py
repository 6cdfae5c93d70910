"""Has a deployment's target make true what its row says, and notes where it cannot."""

from __future__ import annotations

from mlops.deployments.models import Deployment
from mlops.deployments.targets import target
from mlops.formats.refusal import Refusal


def apply(deployment: Deployment) -> None:
    """A refusal is kept as the row's `trouble` until it works: the next look tells it."""
    trouble = None
    try:
        target(deployment.target).apply(deployment)
    except Refusal as refusal:
        trouble = {"reason": refusal.message, "hint": refusal.hint}
    if trouble != deployment.trouble:
        Deployment.objects.filter(pk=deployment.pk).update(trouble=trouble)
