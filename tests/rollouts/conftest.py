"""An endpoint with blue, which has the traffic, and green, which is to take it over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from mlops.deployments import actions
from mlops.deployments.models import Deployment, Endpoint, MirrorMinute, TrafficMinute
from mlops.formats.serving import LATENCY_BOUNDS
from mlops.rollouts.models import Rollout
from mlops.rollouts.tasks import look_at_all
from tests.deployments.test_acts import deploy
from tests.registry.shelf import registered


@pytest.fixture
def endpoint(contributor, project) -> Endpoint:
    endpoint = actions.create_endpoint(contributor, project, name="prices")
    version = registered(contributor, project)
    for name in ("blue", "green"):
        deploy(contributor, endpoint, version, name=name)
    return endpoint


def deployment(endpoint: Endpoint, name: str) -> Deployment:
    return Deployment.objects.get(endpoint=endpoint, name=name)


def counted(endpoint: Endpoint, name: str, requests: int, errors: int = 0, *, place: int = 4, kind: Any = None) -> None:
    """As if the router had counted so many requests just now, all in one latency bucket."""
    minute = timezone.now().replace(second=0, microsecond=0)
    row, _made = (kind or TrafficMinute).objects.get_or_create(
        deployment=deployment(endpoint, name),
        minute=minute,
        defaults={"latency_counts": [0] * (len(LATENCY_BOUNDS) + 1)},
    )
    row.requests += requests
    row.errors += errors
    row.latency_counts[place] += requests
    row.save()


def mirrored(endpoint: Endpoint, name: str, requests: int, errors: int = 0) -> None:
    counted(endpoint, name, requests, errors, kind=MirrorMinute)


def looked(rollout: Rollout, *, after: float = 0) -> Rollout:
    """What the regular look makes of it, so many seconds later."""
    Rollout.objects.filter(pk=rollout.pk).update(step_began_at=rollout.step_began_at - timedelta(seconds=after))
    look_at_all()
    rollout = Rollout.objects.select_related("endpoint", "candidate", "control").get(pk=rollout.pk)
    return rollout


def traffic(rollout: Rollout) -> dict[str, float]:
    return Endpoint.objects.get(pk=rollout.endpoint_id).traffic
