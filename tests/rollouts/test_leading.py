"""A rollout from its beginning to its end: led by the regular look, and by people."""

from __future__ import annotations

import pytest

from mlops.deployments import actions as endpoints
from mlops.deployments.models import Deployment, Endpoint
from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from mlops.rollouts import actions
from mlops.rollouts.models import Rollout
from mlops.rollouts.moving import advance
from mlops.rollouts.seeing import Decision
from tests.rollouts.conftest import counted, deployment, looked, mirrored, traffic

pytestmark = pytest.mark.django_db

PLAN = {"steps": [{"percent": share, "least_seconds": 60, "least_requests": 100} for share in (10, 50, 100)]}


@pytest.fixture
def rollout(contributor, endpoint) -> Rollout:
    return actions.create_rollout(contributor, endpoint, candidate=deployment(endpoint, "green"), plan=PLAN)


def events() -> list[str]:
    found = Event.objects.filter(type__startswith="mlops.rollout.").order_by("seq")
    return [one.type.removeprefix("mlops.rollout.") for one in found]


def test_it_goes_from_step_to_step_and_ends_with_all_the_traffic(endpoint, rollout):
    shares = []
    for _step in range(3):
        rollout = looked(rollout)
        shares.append(traffic(rollout))
        counted(endpoint, "green", 200)
        counted(endpoint, "blue", 200)
        rollout = looked(rollout, after=61)
    assert shares == [{"blue": 90, "green": 10}, {"blue": 50, "green": 50}, {"green": 100}]
    assert (rollout.state, traffic(rollout), len(rollout.past)) == ("finished", {"green": 100}, 3)
    assert Endpoint.objects.get().default == "green"
    assert events() == ["created", "started", "advanced", "advanced", "finished"]


def test_what_came_before_the_step_is_not_counted(endpoint, rollout):
    rollout = looked(rollout)
    counted(endpoint, "green", 300, errors=0)
    rollout = looked(rollout, after=61)
    rollout = looked(rollout, after=61)
    assert (rollout.step, "0 of 100 requests" in rollout.reason) == (1, True)


def test_a_bad_candidate_is_rolled_back_at_once_with_event_and_reason(endpoint, rollout):
    rollout = looked(rollout)
    counted(endpoint, "blue", 500)
    counted(endpoint, "green", 20, errors=18)
    rollout = looked(rollout)
    assert (rollout.state, traffic(rollout)) == ("rolled_back", {"blue": 100})
    event = Event.objects.get(type="mlops.rollout.rolled_back")
    assert "90 % of 20 requests failed" in event.reason
    assert (event.data["by"], event.data["gates"]) == ("gate", ["errors"])


def test_the_last_step_is_compared_with_what_the_control_did_before(endpoint, rollout):
    for _step in range(2):
        rollout = looked(rollout)
        counted(endpoint, "green", 200)
        counted(endpoint, "blue", 200)
        rollout = looked(rollout, after=61)
    counted(endpoint, "green", 100, errors=40)
    rollout = looked(rollout)
    assert (rollout.state, traffic(rollout)) == ("rolled_back", {"blue": 100})


def test_a_shadow_step_gives_no_traffic_and_counts_copies(contributor, endpoint):
    plan = {"steps": [{"percent": 0, "mirror": 50, "least_seconds": 0, "least_requests": 10}, 100]}
    rollout = actions.create_rollout(contributor, endpoint, candidate=deployment(endpoint, "green"), plan=plan)
    rollout = looked(rollout)
    assert (traffic(rollout), Endpoint.objects.get().mirrors) == ({"blue": 100}, {"green": 50})
    counted(endpoint, "blue", 300)
    mirrored(endpoint, "green", 30, errors=30)
    rollout = looked(rollout)
    assert (rollout.state, Endpoint.objects.get().mirrors) == ("rolled_back", {})


def test_it_waits_for_a_candidate_that_is_starting(endpoint, rollout):
    Deployment.objects.filter(name="green").update(state="transitioning", reason="Its server is starting.")
    rollout = looked(rollout)
    assert (rollout.step, rollout.reason) == (-1, "Waits until the candidate is healthy. Its server is starting.")
    Deployment.objects.filter(name="green").update(state="failed", reason="No memory.")
    assert looked(rollout).state == "rolled_back"


def test_two_workers_move_it_once(rollout):
    other = Rollout.objects.select_related("endpoint", "candidate", "control").get(pk=rollout.pk)
    decision = Decision(act="advance", reason="Healthy.")
    assert [advance(one, decision, arms=None) for one in (rollout, other)] == [True, False]
    assert events() == ["created", "started"]


def test_paused_it_does_not_go_on_but_goes_back_when_it_must(contributor, endpoint, rollout):
    rollout = actions.pause(contributor, looked(rollout))
    counted(endpoint, "green", 200)
    assert looked(rollout, after=600).step == 0
    rollout = actions.resume(contributor, looked(rollout))
    rollout = actions.pause(contributor, rollout)
    counted(endpoint, "blue", 500)
    counted(endpoint, "green", 100, errors=90)
    assert looked(rollout).state == "rolled_back"


def test_promoted_it_has_all_the_traffic_and_can_still_be_rolled_back(contributor, endpoint, rollout):
    rollout = actions.promote(contributor, looked(rollout), reason="The shop opens")
    assert (rollout.state, traffic(rollout), rollout.reason) == ("finished", {"green": 100}, "The shop opens")
    rollout.endpoint.refresh_from_db()
    rollout = actions.roll_back(contributor, rollout)
    assert (rollout.state, traffic(rollout)) == ("rolled_back", {"blue": 100})


def test_stopped_it_leaves_the_traffic_as_it_is(contributor, endpoint, rollout):
    rollout = actions.stop(contributor, looked(rollout))
    assert (rollout.state, traffic(rollout)) == ("stopped", {"blue": 90, "green": 10})
    endpoints.update_traffic(contributor, endpoint, shares={"blue": 100})


def test_nobody_else_changes_what_a_rollout_compares(contributor, endpoint, rollout):
    green = deployment(endpoint, "green")
    for act in (
        lambda: endpoints.update_traffic(contributor, endpoint, shares={"blue": 100}),
        lambda: endpoints.update_deployment(contributor, green, cpus=2),
        lambda: endpoints.delete_deployment(contributor, green),
        lambda: actions.create_rollout(contributor, endpoint, candidate=green),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert (refused.value.code, refused.value.status) == ("rollout_under_way", 409)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({"steps": []}, "1 to 50 steps"),
        ({"steps": [50, 10]}, "The steps go back: 50, 10."),
        ({"steps": [{"percent": 0}]}, "gives the candidate nothing"),
        ({"steps": [{"percent": 120}]}, "no percentage"),
        ({"steps": [10], "alpha": 2}, "alpha is 2"),
        ({"steps": [{"prcent": 10}]}, "steps"),
        ({"gates": [{"kind": "latency", "ratio": 0.5}]}, "out of range"),
        ({"gates": [{"kind": "speed"}]}, "gates"),
    ],
)
def test_a_plan_that_cannot_hold_is_refused(contributor, endpoint, plan, said):
    with pytest.raises(Refusal, match=said) as refused:
        actions.create_rollout(contributor, endpoint, candidate=deployment(endpoint, "green"), plan=plan)
    assert refused.value.code == "plan_invalid"


def test_a_candidate_needs_a_control_with_traffic(contributor, endpoint):
    with pytest.raises(Refusal) as refused:
        actions.create_rollout(contributor, endpoint, candidate=deployment(endpoint, "blue"))
    assert refused.value.code == "control_missing"
