"""What the events of a deployment's state say."""

from __future__ import annotations

from mlops.deployments.models import Deployment
from mlops.events.chain import record
from mlops.tags.filters import tags_of


def type_of(before: str, after: str, *, was_ready: bool) -> str:
    """The event of a change of state; empty: none. `was_ready`: this revision had answered before."""
    if before == after:
        return ""
    if after == "failed":
        return "mlops.deployment.failed"
    if after == "healthy":
        return "mlops.deployment.recovered" if was_ready else "mlops.deployment.healthy"
    return "mlops.deployment.unhealthy" if after == "unhealthy" and was_ready else ""


def tell(deployment: Deployment, type: str, *, state: str, reason: str) -> None:
    """In the caller's transaction; by the system, with a notice."""
    endpoint = deployment.endpoint
    record(
        None,
        type,
        subject=f"endpoints/{deployment}",
        project=endpoint.project,
        reason=reason,
        data={
            "endpoint": endpoint.name,
            "deployment": deployment.name,
            "state": state,
            "target": deployment.target,
            "models": [str(deployment.version), *deployment.wanted.models],
            "revision": deployment.revision,
            "tags": tags_of(endpoint),
        },
        notice=("endpoint", str(endpoint.pk)),
    )
