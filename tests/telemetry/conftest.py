"""An endpoint with two deployments that serve, as far as the rows say."""

from __future__ import annotations

import pytest
from django.utils import timezone

from mlops.deployments import actions
from mlops.deployments.models import Deployment, Endpoint
from mlops.formats.serving import LATENCY_BOUNDS, DeploymentCounts, RouterStats
from tests.deployments.test_acts import deploy
from tests.registry.shelf import registered


@pytest.fixture
def endpoint(contributor, project) -> Endpoint:
    made = actions.create_endpoint(contributor, project, name="prices")
    version = registered(contributor, project)
    for name in ("blue", "green"):
        deploy(contributor, made, version, name=name)
    ready = {"name": "1", "state": "ready", "url": "", "revision": 1}
    Deployment.objects.filter(endpoint=made).update(
        ready_revision=1, replicas=[ready, ready], state="healthy", state_since=timezone.now()
    )
    return made


@pytest.fixture
def blue(endpoint: Endpoint) -> Deployment:
    return Deployment.objects.select_related("endpoint__project").get(endpoint=endpoint, name="blue")


def told(endpoint: Endpoint, *, started: float = 1.0, **blue: object) -> RouterStats:
    """What the router says of blue."""
    usual = {"requests": 0, "errors": 0, "refused": 0, "seconds_sum": 0.0}
    latency = [0] * (len(LATENCY_BOUNDS) + 1)
    counts = DeploymentCounts(
        endpoint=str(endpoint.pk), deployment="blue", latency_counts=tuple(latency), **{**usual, **blue}
    )  # type: ignore[arg-type]
    return RouterStats(started=started, table_revision=1, deployments=(counts,))
