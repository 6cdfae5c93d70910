"""A model that was retrained from cars and rolled out, as tests of retraining have it."""

from __future__ import annotations

from typing import Any

import pytest

from mlops.retraining import actions
from mlops.rollouts.tasks import look_at_all
from tests.monitoring.conftest import add_version
from tests.retraining.conftest import add_cars, endpoint, in_use, led, make_policy, pipeline
from tests.rollouts.conftest import counted

__all__ = ["add_cars", "add_version", "endpoint", "in_use", "make_policy", "pipeline"]
PLAN = {"steps": [{"percent": share, "least_seconds": 0, "least_requests": 10} for share in (20, 100)], "gates": []}


@pytest.fixture
def retrained(contributor, endpoint, make_policy) -> Any:
    """The attempt that replaced `prices:1`, which was deployed by hand, by `prices:2`."""
    policy = make_policy(endpoint="shop", then={"do": "rollout", "plan": PLAN})
    attempt = led(actions.start(contributor, policy))
    for _step in PLAN["steps"]:
        look_at_all()
        counted(endpoint, "v2", 20)
        counted(endpoint, "blue", 20)
    look_at_all()
    return led(attempt)
