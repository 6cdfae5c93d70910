"""How many servers a load asks for: up at once, down after a minute."""

from __future__ import annotations

import pytest

from mlops.deployments.sizing import Sample, at_once, needed, size
from mlops.formats.deployment import DeploymentSettings, Scale

SCALE = Scale(least_instances=1, most_instances=10, target_utilization=0.7)


@pytest.mark.parametrize(
    ("rate", "seconds", "per_server", "servers"),
    [(0, 0.1, 1, 1), (7, 0.1, 1, 1), (8, 0.1, 1, 2), (100, 0.07, 1, 10), (100, 0.07, 4, 3), (1000, 1, 1, 10)],
)
def test_servers_are_rate_times_seconds_over_utilization_and_requests_at_once(rate, seconds, per_server, servers):
    assert needed(SCALE, busy=rate * seconds, per_server=per_server) == servers


def test_more_servers_come_at_once_with_the_reason():
    sized = size(SCALE, instances=1, samples=[Sample(0, 2.5)], per_server=1)
    assert sized is not None
    assert sized.instances == 4
    assert sized.reason == (
        "Above the target utilization of 70%: 2.5 requests at once, 250% of what 1 server of 1 can hold."
    )


def test_servers_go_only_after_a_minute_that_did_not_need_them():
    quiet = [Sample(float(at), 0.2) for at in range(0, 60, 2)]
    assert size(SCALE, instances=3, samples=quiet, per_server=1) is None
    assert size(SCALE, instances=3, samples=[*quiet, Sample(61, 0.2)], per_server=1).instances == 1
    busy_once = [*quiet[:20], Sample(41, 1.3), Sample(61, 0.2)]
    assert size(SCALE, instances=3, samples=busy_once, per_server=1).instances == 2


def test_the_bounds_hold():
    assert size(SCALE, instances=10, samples=[Sample(0, 99)], per_server=1) is None
    floor = Scale(least_instances=2, most_instances=3)
    assert needed(floor, busy=0, per_server=1) == 2


def test_a_server_has_as_many_in_hand_as_is_set_else_one_a_processor():
    assert at_once(DeploymentSettings(cpus=2)) == 2
    assert at_once(DeploymentSettings(cpus=0.1)) == 1
    assert at_once(DeploymentSettings(cpus=2, most_concurrent=8)) == 8
