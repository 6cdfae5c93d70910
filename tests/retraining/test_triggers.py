"""What starts an attempt, each cause once, and what keeps one from beginning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from mlops.events.chain import record
from mlops.formats.refusal import Refusal
from mlops.retraining import actions
from mlops.retraining.advancing import advance
from mlops.retraining.models import Attempt, Policy
from mlops.retraining.triggers import tick

pytestmark = pytest.mark.django_db


def drift(policy: Policy, *, type: str = "mlops.monitor.drift_detected", **data: Any) -> None:
    usual = {
        "monitor": "shop", "monitor_id": "m1", "run": 7, "signal": "inputs", "kind": "data_drift", "magnitude": 0.4,
        "threshold": 0.2, "metric": "magnitude", "features": ["power", "make"], "start": None,
        "end": "2026-01-01T00:00:00+00:00", "baseline": "training data", "target": "shop", "endpoint": "shop",
        "deployment": None, "dataset": None, "model": None,
    }  # fmt: skip
    record(None, type, subject="monitors/shop", project=policy.project, data=usual | data)


def kinds() -> list[str]:
    return [one.trigger["kind"] for one in Attempt.objects.order_by("number")]


def test_drift_of_its_monitor_starts_one_attempt_that_says_why(make_policy):
    policy = make_policy(when={"monitors": [{"monitor": "shop"}]})
    drift(policy)
    tick()
    tick()
    attempt = Attempt.objects.get()
    assert attempt.trigger["reason"] == (
        "Drift: monitor “shop”, signal “inputs”. Its value is 0.4, beyond the limit (0.2). Most: power, make."
    )
    assert (attempt.trigger["look"], attempt.trigger["fields"]["magnitude"]) == ("7", 0.4)


@pytest.mark.parametrize(
    ("wanted", "event"),
    [
        ({"monitor": "other"}, {}),
        ({"monitor": "shop", "signals": ["predictions"]}, {}),
        ({"monitor": "shop", "least_magnitude": 0.5}, {}),
        ({"monitor": "shop", "kinds": ["performance"]}, {}),
        ({"monitor": "shop", "kinds": ["drift"]}, {"type": "mlops.monitor.alarm_raised", "kind": "data_quality"}),
        ({"monitor": "shop"}, {"type": "mlops.monitor.drift_cleared"}),
    ],
)
def test_other_alarms_start_none(make_policy, wanted, event):
    policy = make_policy(when={"monitors": [wanted]})
    drift(policy, **event)
    tick()
    assert kinds() == []


def test_what_was_there_before_the_policy_starts_none(contributor, make_policy):
    old = make_policy(name="old")
    drift(old)
    make_policy(name="new", when={"monitors": [{"monitor": "shop"}], "dataset": "Cars", "on_new_version": True})
    tick()
    assert kinds() == []


def test_a_new_version_of_its_dataset_starts_one(make_policy, add_cars):
    make_policy(when={"dataset": "Cars", "on_new_version": True})
    add_cars(2)
    tick()
    tick()
    assert [one.trigger["dataset"] for one in Attempt.objects.all()] == ["Cars:2"]


def test_its_schedule_starts_one_at_each_time(make_policy):
    policy = make_policy(when={"schedule": {"type": "cron", "expression": "0 3 * * *"}, "overlap": "queue"})
    at = (policy.next_at or timezone.now()) + timedelta(seconds=5)
    tick(at)
    tick(at)
    assert kinds() == ["schedule"]
    policy.refresh_from_db()
    assert policy.next_at == at.replace(hour=3, minute=0, second=0, microsecond=0) + timedelta(days=1)


def test_disabled_its_triggers_start_none_but_people_do(contributor, make_policy, add_cars):
    policy = make_policy(when={"dataset": "Cars", "on_new_version": True})
    actions.switch_policy(contributor, policy, is_enabled=False)
    add_cars(2)
    tick()
    actions.start(contributor, policy)
    assert kinds() == ["hand"]
    actions.switch_policy(contributor, policy, is_enabled=True)
    tick()
    assert kinds() == ["hand"]


def test_within_the_cool_down_it_is_skipped_with_the_time_when_it_may_again(contributor, make_policy):
    policy = make_policy(when={"cool_down_seconds": 3600})
    first = actions.start(contributor, policy)
    Attempt.objects.filter(pk=first.pk).update(stage="rejected", ended_at=datetime(2026, 1, 1, 12, tzinfo=UTC))
    Attempt.objects.filter(pk=first.pk).update(ended_at=timezone.now())
    pushed = actions.start(contributor, policy, is_push=True)
    assert (pushed.stage, "it cools down until" in pushed.reason) == ("skipped", True)
    assert actions.start(contributor, policy).stage == "triggered"


def test_the_budget_holds_for_all_but_people(contributor, make_policy):
    policy = make_policy(when={"most_attempts": 1})
    Attempt.objects.filter(pk=actions.start(contributor, policy).pk).update(stage="rejected")
    assert "1 attempts within 7 days" in actions.start(contributor, policy, is_push=True).reason


def test_too_few_new_rows_start_none(contributor, make_policy, add_cars):
    policy = make_policy(when={"dataset": "Cars", "least_new_rows": 100})
    first = actions.start(contributor, policy, is_push=True)
    Attempt.objects.filter(pk=first.pk).update(stage="rejected", data_label="Cars:1", data_rows=400)
    add_cars(2, rows=450)
    assert actions.start(contributor, policy, is_push=True).reason == "“Cars” has 50 new rows; 100 are asked for."
    add_cars(3, rows=500)
    assert actions.start(contributor, policy, is_push=True).stage == "triggered"


def test_one_at_a_time_a_second_is_left_out_or_refused_by_hand(contributor, make_policy):
    policy = make_policy()
    actions.start(contributor, policy)
    assert actions.start(contributor, policy, is_push=True).stage == "skipped"
    with pytest.raises(Refusal, match="Attempt 1 is under way"):
        actions.start(contributor, policy)


def test_one_at_a_time_a_second_waits_where_the_rule_is_to_queue(contributor, make_policy):
    policy = make_policy(when={"overlap": "queue"})
    first, second = (actions.start(contributor, policy) for _time in range(2))
    advance(second.pk)
    second.refresh_from_db()
    assert (second.stage, "attempt 1" in second.reason) == ("triggered", True)
    actions.cancel(contributor, Attempt.objects.select_related("policy__project", "policy__runs_as").get(pk=first.pk))
    advance(second.pk)
    second.refresh_from_db()
    assert second.stage == "training"


def test_a_newer_one_takes_the_place_where_the_rule_is_to_replace(contributor, make_policy):
    policy = make_policy(when={"overlap": "replace"})
    actions.start(contributor, policy)
    actions.start(contributor, policy)
    first = Attempt.objects.get(number=1)
    assert (first.stage, first.reason) == ("cancelled", "A newer trigger took its place: attempt 2.")


def test_the_same_push_twice_is_one_attempt(contributor, make_policy):
    policy = make_policy()
    both = [actions.start(contributor, policy, is_push=True, key="abc123") for _time in range(2)]
    assert both[0].pk == both[1].pk


def test_programs_may_be_kept_out(contributor, make_policy):
    policy = make_policy(when={"may_be_pushed": False})
    with pytest.raises(Refusal, match="may not be started by programs"):
        actions.start(contributor, policy, is_push=True)
