"""Which event a change of a deployment's state is."""

from __future__ import annotations

import pytest

from mlops.deployments import actions
from mlops.deployments.telling import tell, type_of
from mlops.events.models import Event
from tests.registry.shelf import registered


@pytest.mark.parametrize(
    ("before", "after", "was_ready", "expected"),
    [
        ("transitioning", "healthy", False, "mlops.deployment.healthy"),
        ("transitioning", "failed", False, "mlops.deployment.failed"),
        ("healthy", "unhealthy", True, "mlops.deployment.unhealthy"),
        ("unhealthy", "healthy", True, "mlops.deployment.recovered"),
        ("healthy", "healthy", True, ""),
        ("transitioning", "unhealthy", False, ""),
    ],
)
def test_each_change_is_told_by_its_own_event(before, after, was_ready, expected):
    assert type_of(before, after, was_ready=was_ready) == expected


@pytest.mark.django_db
def test_the_event_says_what_is_served_and_where(contributor, project):
    endpoint = actions.create_endpoint(contributor, project, name="prices")
    row = actions.create_deployment(contributor, endpoint, name="blue", version=registered(contributor, project))
    tell(row, "mlops.deployment.unhealthy", state="unhealthy", reason="Its server is not running.")
    event = Event.objects.get(type="mlops.deployment.unhealthy")
    assert (event.subject, event.reason) == ("endpoints/prices/blue", "Its server is not running.")
    assert (event.data["models"], event.data["target"]) == ([str(row.version)], "process")
