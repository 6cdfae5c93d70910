"""The image of a deployment on a cluster: one of the user's own, or built here and pushed to the cluster's registry."""

from __future__ import annotations

from collections.abc import Callable

from mlops.clusters.models import Cluster
from mlops.deployments.models import Deployment
from mlops.formats.refusal import Refusal, Where


def image_of(deployment: Deployment, cluster: Cluster, *, beat: Callable[[], None], say: Callable[[str], None]) -> str:
    """By digest where it was built here. Raises Refusal."""
    own = deployment.wanted.image
    if own:
        return own
    raise Refusal(
        "no_registry",
        f"The cluster “{cluster.name}” has no registry from which it could pull the image.",
        hint="Give the cluster a registry, or the deployment an image of its own.",
        where=Where(parameter="image"),
    )
