"""Attempts from their trigger to the decision, on a small real pipeline."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.deployments.models import Deployment, Endpoint
from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from mlops.registry.approval.rules import set_rule
from mlops.registry.models import ModelAlias, ModelVersion, Transition
from mlops.retraining import actions, working
from mlops.retraining.advancing import advance
from mlops.retraining.champion import champion_of
from mlops.retraining.models import Attempt
from mlops.rollouts.models import Rollout
from mlops.rollouts.tasks import look_at_all
from mlops.runs.models import Run
from mlops.tags.filters import tags_of
from tests.retraining.conftest import led
from tests.rollouts.conftest import counted, traffic

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = [{"percent": share, "least_seconds": 0, "least_requests": 10} for share in (20, 100)]
ON_CARS = {"kind": "dataset", "dataset": "Cars:1"}


def events() -> list[str]:
    found = Event.objects.filter(type__startswith="mlops.retraining.").order_by("seq")
    return [one.type.removeprefix("mlops.retraining.") for one in found]


def test_without_a_model_in_use_the_first_one_is_promoted(contributor, make_policy):
    policy = make_policy(then={"do": "tag", "tags": {"Area": "Cars"}})
    attempt = led(actions.start(contributor, policy))
    assert (attempt.stage, attempt.hint) == ("promoted", "")
    version = ModelVersion.objects.get()
    assert tags_of(version) == {"Area": "Cars", "stage": "production"}
    assert version.metrics["root_mean_squared_error"] < 100
    assert events() == ["policy_created", "triggered", "compared", "promoted"]


def test_alias_and_stage_go_to_the_new_version_and_wait_where_a_rule_says_so(contributor, owner, project, make_policy):
    set_rule(owner, project, kind="stage", name="Production")
    policy = make_policy(then={"do": "tag", "alias": "champion", "stage": "Production"})
    attempt = led(actions.start(contributor, policy))
    version = ModelVersion.objects.get()
    assert (attempt.stage, version.stage) == ("promoted", "None")
    assert ModelAlias.objects.get(name="champion").version == version
    waits = Transition.objects.get(state="pending")
    assert attempt.reason.endswith(f"“Production” waits for approval: request {waits.pk}.")
    assert champion_of(project, policy.wanted) == version


def test_each_stage_that_ended_says_why_it_ended(contributor, make_policy):
    attempt = led(actions.start(contributor, make_policy()))
    said = {one["stage"]: one["reason"] for one in attempt.history}
    assert said == {
        "triggered": "Begins.",
        "preparing": "Run #1 was started.",
        "training": "The run has completed.",
        "comparing": attempt.verdict["reason"],
        "deploying": "It is registered.",
    }


def test_a_better_one_takes_over_step_by_step_as_the_old_one_was_deployed(contributor, endpoint, make_policy):
    policy = make_policy(endpoint="shop", then={"do": "rollout", "plan": {"steps": STEPS, "gates": []}})
    attempt = led(actions.start(contributor, policy))
    assert (attempt.stage, attempt.champion_label, attempt.challenger_label) == ("rolling_out", "prices:1", "prices:2")
    made = attempt.deployment
    assert (made.name, made.wanted.instances, made.entry) == ("v2", 2, "native")
    shares = []
    for _step in STEPS:
        look_at_all()
        shares.append(traffic(attempt.rollout)["v2"])
        counted(endpoint, "v2", 20)
        counted(endpoint, "blue", 20)
    look_at_all()
    attempt = led(attempt)
    assert (attempt.stage, shares) == ("promoted", [20, 100])
    old, new = ModelVersion.objects.order_by("number")
    assert (tags_of(old)["stage"], tags_of(new)["stage"]) == ("retired", "production")


def test_one_that_is_rolled_back_counts_as_rejected(contributor, endpoint, make_policy):
    policy = make_policy(endpoint="shop", then={"do": "rollout", "plan": {"steps": STEPS}})
    attempt = led(actions.start(contributor, policy))
    look_at_all()
    counted(endpoint, "blue", 500)
    counted(endpoint, "v2", 40, errors=40)
    look_at_all()
    attempt = led(attempt)
    assert attempt.stage == "rejected"
    assert attempt.reason.startswith("Rolled back: 100 % of 40 requests failed")
    assert Endpoint.objects.get().traffic == {"blue": 100}
    assert tags_of(attempt.challenger)["stage"] == "rejected"


def test_a_worse_one_is_turned_away_and_nothing_is_registered(contributor, in_use, add_cars, make_policy):
    in_use()
    policy = make_policy(compare={"criteria": [{"metric": "mean_absolute_error"}], "held_out": ON_CARS})
    add_cars(2, shift=3000.0)
    attempt = led(actions.start(contributor, policy))
    assert (attempt.stage, attempt.verdict["outcome"], ModelVersion.objects.count()) == ("rejected", "worse", 1)
    assert attempt.data_label == "Cars:2"
    assert "worse (95 % interval" in attempt.reason
    with pytest.raises(Refusal, match="owner"):
        actions.approve(contributor, attempt)


def test_an_owner_may_take_it_against_the_verdict(contributor, owner, in_use, add_cars, make_policy):
    in_use()
    policy = make_policy(compare={"held_out": ON_CARS}, then={"do": "tag"})
    add_cars(2, shift=3000.0)
    attempt = led(actions.start(contributor, policy))
    attempt = led(actions.approve(owner, attempt, reason="The prices have risen"))
    assert (attempt.stage, attempt.approval["override"]) == ("promoted", True)
    assert events()[-2:] == ["overridden", "promoted"]


@pytest.mark.parametrize(("on_tie", "stage"), [("keep", "rejected"), ("newer", "promoted")])
def test_on_a_tie_the_policy_says_who_stays(contributor, in_use, make_policy, on_tie, stage):
    in_use()
    policy = make_policy(compare={"on_tie": on_tie})
    attempt = led(actions.start(contributor, policy))
    assert (attempt.verdict["outcome"], attempt.stage) == ("tie", stage)


def test_an_old_model_that_cannot_answer_is_a_question_for_people(contributor, owner, in_use, make_policy, add_cars):
    in_use(columns=("power", "weight", "price"))
    policy = make_policy(then={"do": "tag"})
    add_cars(2, renamed=True)
    attempt = led(actions.start(contributor, policy))
    assert attempt.stage == "awaiting_approval"
    assert "has no column 'power'" in attempt.reason
    assert led(actions.approve(owner, attempt)).stage == "promoted"


def test_approval_is_waited_for_asked_of_owners_and_expires(contributor, owner, make_policy):
    policy = make_policy(approval={"is_needed": True}, then={"do": "tag"})
    attempt = led(actions.start(contributor, policy))
    assert (attempt.stage, ModelVersion.objects.count()) == ("awaiting_approval", 0)
    with pytest.raises(Refusal, match="owner"):
        actions.approve(contributor, attempt)
    Attempt.objects.update(state_since=timezone.now() - timedelta(days=8))
    attempt = led(attempt)
    assert (attempt.stage, "Nobody approved it within 7 days" in attempt.reason) == ("rejected", True)
    assert events()[-2:] == ["approval_wanted", "rejected"]


def test_a_failed_run_keeps_the_old_one_and_is_called_anew_on_retry(contributor, in_use, add_cars, make_policy):
    in_use()
    add_cars(2, unlabelled=True)
    policy = make_policy()
    attempt = led(actions.start(contributor, policy))
    assert (attempt.stage, attempt.failed_in) == ("failed", "training")
    assert "The run has failed." in attempt.reason
    add_cars(3)
    attempt = led(actions.retry(contributor, attempt, reason="Mended"))
    assert (attempt.stage, attempt.data_label, Run.objects.count()) == ("rejected", "Cars:3", 2)
    assert [one["stage"] for one in attempt.history].count("training") == 2


def test_cancelled_it_stops_its_run(contributor, make_policy):
    attempt = actions.start(contributor, make_policy())
    advance(attempt.pk)
    attempt.refresh_from_db()
    actions.cancel(contributor, attempt, reason="Not now")
    assert (attempt.stage, Run.objects.get().state) == ("cancelled", "cancelling")


def test_what_a_lost_worker_left_is_taken_up_but_not_for_ever(contributor, make_policy):
    attempt = actions.start(contributor, make_policy())
    Attempt.objects.update(stage="comparing")
    for _time in range(2):
        assert working.claim(attempt.pk) is not None
        assert working.claim(attempt.pk) is None
        Attempt.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert working.lost() == [attempt.pk]
    working.claim(attempt.pk)
    Attempt.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert working.lost() == []
    assert Attempt.objects.get().reason == "Its worker was lost 3 times."


def test_a_dry_run_compares_and_changes_nothing(contributor, in_use, make_policy):
    old, other = in_use(), in_use(shift=5000.0)
    policy = make_policy(compare={"held_out": ON_CARS}, then={"do": "tag"})
    attempt = led(actions.compare(contributor, policy, challenger=other, champion=old))
    assert (attempt.stage, attempt.verdict["outcome"]) == ("compared", "worse")
    assert attempt.reason.startswith("The old one would be kept.")
    assert (ModelVersion.objects.count(), Deployment.objects.count(), Rollout.objects.count()) == (2, 0, 0)
