"""What a deployment's servers come to together, and how a new revision takes over from the one before."""

from __future__ import annotations

import pytest

from mlops.deployments.health import judge
from mlops.deployments.targets.observed import Replica, together
from mlops.deployments.targets.rolling import to_keep, to_start

READY = Replica(name="1", state="ready", url="http://127.0.0.1:1")
CRASHED = Replica(name="2", state="crashed", reason="It was killed by SIGKILL.", restarts=1)


def test_all_that_are_wanted_are_ready():
    observed = together([READY], wanted=1)
    assert (observed.state, observed.reason, observed.urls) == ("ready", "", ("http://127.0.0.1:1",))


def test_one_of_two_serves_and_the_reason_names_the_other():
    observed = together([READY, CRASHED], wanted=2)
    assert observed.reason == "1 of 2 servers is ready. Replica 2: It was killed by SIGKILL."
    assert judge(observed, was_ready=True, waited_seconds=1).state == "healthy"
    assert judge(observed, was_ready=False, waited_seconds=1).state == "transitioning"


def test_a_service_has_one_address_while_one_of_its_servers_is_ready():
    pods = [Replica(name="a", state="ready"), CRASHED]
    assert together(pods, wanted=2, urls=["http://prices"]).urls == ("http://prices",)
    assert together(pods[1:], wanted=2, urls=["http://prices"]).urls == ()


def test_the_first_revision_starts_all_servers_at_once():
    assert to_start(started=0, ready=0, wanted=3, before=0) == 3


@pytest.mark.parametrize(("before", "wanted"), [(1, 1), (2, 2), (3, 1), (1, 3)])
def test_servers_are_replaced_one_by_one_and_never_fewer_are_ready(before, wanted):
    started = ready = 0
    least = min(before, wanted)
    while ready < wanted:
        started = to_start(started=started, ready=ready, wanted=wanted, before=before)
        kept = to_keep(ready=ready, wanted=wanted, before=before)
        assert ready + kept >= least
        assert started + kept <= max(before, wanted) + 1
        ready = started
    assert to_keep(ready=ready, wanted=wanted, before=before) == 0
