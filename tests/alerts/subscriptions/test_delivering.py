"""From an event to the receiver: at least once, in order of each subject, whatever the receiver does."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from standardwebhooks import Webhook

from mlops.alerts.models import Delivery, DeliveryAttempt, DeliveryState, Subscription, SubscriptionState
from mlops.alerts.subscriptions import actions
from mlops.alerts.subscriptions.claiming import LEASE, claim, expire
from mlops.alerts.subscriptions.handing_out import is_wanted
from mlops.alerts.subscriptions.secrets import secrets_of
from mlops.alerts.subscriptions.sending import Outcome
from mlops.alerts.subscriptions.settling import settle
from mlops.alerts.subscriptions.timing import MOST_ATTEMPTS
from mlops.events.chain import record
from mlops.events.models import Event
from tests.alerts.happening import RUN
from tests.alerts.sink import running_sink
from tests.alerts.subscriptions.conftest import deliver, later, names

pytestmark = pytest.mark.django_db


def answers(*statuses: int, **headers: str):
    """One after the other; the last for ever."""
    left = list(statuses)
    return lambda call: (left.pop(0) if len(left) > 1 else left[0], headers, b"said")


def test_an_event_arrives_as_a_signed_cloud_event(subscribe, happen, sink):
    row = subscribe()
    event = happen(name="b")
    deliver()
    call = sink.calls[0]
    told = Webhook(secrets_of(row).secret).verify(call.body, call.headers)
    assert call.headers["content-type"].startswith("application/cloudevents+json")
    assert (told["id"], told["type"], told["source"]) == (str(event.id), "mlops.draft.renamed", "/projects/churn")
    assert (told["specversion"], told["actor"], told["data"]["after"]) == ("1.0", "carl", "b")
    assert Delivery.objects.get().state == DeliveryState.DELIVERED


def test_only_what_is_asked_for_arrives(subscribe, happen, sink):
    filters = [{"operatorType": "StringIn", "key": "data.after", "values": ["yes"]}]
    subscribe(subject_begins_with="drafts/1", filters=filters)
    happen("1", "yes")
    happen("1", "no")
    happen("2", "yes")
    deliver()
    assert names(sink) == ["yes"]


def test_trials_and_nested_runs_are_sent_to_who_asks_or_names_no_types(subscribe, project):
    event = record(None, "mlops.run.failed", subject="runs/1", project=project, data={**RUN, "parent": "7"})
    types, asked = ["mlops.run.failed"], [{"operatorType": "IsNotNull", "key": "data.parent"}]
    usual, every = subscribe(types=types), subscribe(name="all", types=[])
    trials = subscribe(name="trials", types=types, filters=asked)
    assert [is_wanted(one, event) for one in (usual, every, trials)] == [False, True, True]


def test_what_happened_before_is_not_sent(subscribe, happen, sink):
    happen(name="before")
    subscribe()
    happen(name="after")
    deliver()
    assert names(sink) == ["after"]


def test_other_projects_are_not_told(subscribe, happen, sink, owner):
    from mlops.accounts.membership import create_project
    from mlops.events.chain import record

    subscribe()
    other = create_project(owner, name="Other", slug="other")
    data = {"before": "", "after": "x"}
    record(owner, "mlops.draft.renamed", subject="drafts/1", project=other, data=data, before={}, after={})
    deliver()
    assert sink.calls == []


def test_a_receiver_that_is_down_for_an_hour_gets_everything_in_order(subscribe, happen, sink):
    subscribe()
    sink.answer = answers(503)
    for number in range(40):
        happen(str(number % 8), f"{number % 8}-{number // 8}")
    for minute in range(0, 60, 2):
        deliver(later(minutes=minute), most=50)
    sink.answer = answers(200)
    sink.calls.clear()
    deliver(later(minutes=66))
    assert len(names(sink)) == 40
    for subject in range(8):
        assert [name for name in names(sink) if name.startswith(f"{subject}-")] == [f"{subject}-{n}" for n in range(5)]


def test_a_receiver_that_is_down_is_asked_by_single_probes(subscribe, happen, sink):
    row = subscribe()
    sink.answer = answers(500)
    for number in range(50):
        happen(str(number))
    deliver()
    row.refresh_from_db()
    assert (len(sink.calls), row.failures) == (10, 10)
    assert row.failing_since is not None
    assert row.trouble == "The receiver answered 500 Internal Server Error."
    assert Event.objects.filter(type="mlops.subscription.failing").count() == 1
    deliver(later(minutes=1))
    assert len(sink.calls) == 11


def test_answers_500_at_random_lose_nothing_and_keep_the_order(subscribe, happen, sink):
    subscribe()
    dice = random.Random(7)
    taken: list[str] = []

    def answer(call):
        if dice.random() < 0.5:
            return 500, {}, b""
        taken.append(json.loads(call.body)["data"]["after"])
        return 200, {}, b""

    sink.answer = answer
    for number in range(30):
        happen(str(number % 3), f"{number % 3}-{number // 3:02d}")
    for hour in range(40):
        deliver(later(hours=hour))
    assert len(taken) == 30
    for subject in "012":
        mine = [name for name in taken if name.startswith(subject)]
        assert mine == sorted(mine)


def test_a_poison_event_is_put_aside_and_the_next_of_its_subject_follows(subscribe, happen, sink):
    subscribe()
    sink.answer = lambda call: (422, {}, b"no such field") if b"poison" in call.body else (200, {}, b"")
    happen("1", "poison")
    happen("1", "next")
    happen("2", "other")
    deliver()
    assert "other" in names(sink)
    assert "next" not in names(sink)
    for hour in range(9):
        deliver(later(hours=hour))
    assert names(sink)[-1] == "next"
    dead = Delivery.objects.get(state=DeliveryState.DEAD)
    assert dead.reason == "The receiver answered 422 Unprocessable Entity. That was attempt 8, the last."
    assert DeliveryAttempt.objects.filter(delivery=dead).first().text == "no such field"


def test_it_is_tried_for_more_than_a_day(subscribe, happen, sink):
    subscribe()
    sink.answer = answers(500)
    happen()
    for quarter in range(4 * 40):
        deliver(later(minutes=15 * quarter))
    row = Delivery.objects.get()
    logged = DeliveryAttempt.objects.order_by("id").values_list("at", flat=True)
    assert (row.state, row.attempt, len(logged)) == (DeliveryState.DEAD, MOST_ATTEMPTS, MOST_ATTEMPTS)
    assert logged[MOST_ATTEMPTS - 1] - logged[0] > timedelta(hours=24)


def test_what_waits_for_days_is_put_aside(subscribe, happen):
    actions.pause(subscribe().created_by, Subscription.objects.get())
    happen()
    deliver()
    assert expire(now=later(days=2)) == 0
    assert expire(now=later(days=4)) == 1
    assert "3 days" in Delivery.objects.get().reason


def test_retry_after_is_honoured(subscribe, happen, sink):
    subscribe()
    sink.answer = answers(429, 200, **{"Retry-After": "3600"})
    happen()
    deliver()
    deliver(later(minutes=59))
    assert len(sink.calls) == 1
    deliver(later(minutes=61))
    assert len(sink.calls) == 2


def test_gone_disables_the_subscription(subscribe, happen, sink):
    row = subscribe()
    sink.answer = answers(410)
    happen()
    deliver()
    happen()
    deliver(later(hours=1))
    row.refresh_from_db()
    assert (row.state, len(sink.calls)) == (SubscriptionState.DISABLED, 1)
    assert "410" in row.reason
    assert Event.objects.filter(type="mlops.subscription.disabled").exists()


def test_a_redirect_is_a_failure_and_leads_nowhere(subscribe, happen, sink):
    with running_sink() as other:
        subscribe()
        sink.answer = answers(307, Location=other.url)
        happen()
        deliver()
        assert other.calls == []
    assert "Redirects are not followed" in Delivery.objects.get().reason


def test_a_private_address_is_refused_when_it_is_sent_as_well(subscribe, happen, sink, settings):
    subscribe()
    settings.ALLOWED_PRIVATE_HOSTS = ""
    happen()
    deliver()
    assert sink.calls == []
    assert "not a public address" in Delivery.objects.get().reason


def test_a_failing_receiver_delays_no_other(subscribe, happen, sink):
    with running_sink() as other:
        subscribe()
        subscribe(name="other", url=other.url)
        sink.answer = answers(500)
        for number in range(10):
            happen(str(number), str(number))
        deliver()
        assert len(other.calls) == 10


def test_both_secrets_sign_for_a_day_after_a_rotation(subscribe, happen, sink, contributor):
    row = subscribe()
    old = secrets_of(row).secret
    new = actions.rotate_secret(contributor, row)
    happen()
    deliver()
    for secret in (old, new):
        Webhook(secret).verify(sink.calls[0].body, sink.calls[0].headers)
    row.refresh_from_db()
    assert secrets_of(row).signing(later(hours=25)) == [new]


def test_two_workers_never_send_the_same_at_once(subscribe, happen):
    subscribe()
    happen()
    from mlops.alerts.subscriptions.handing_out import hand_out_all

    hand_out_all()
    key, now = Delivery.objects.get().pk, timezone.now()
    with CaptureQueriesContext(connection) as asked:
        assert claim(key, now=now) is not None
    assert claim(key, now=now) is None
    # Of a subquery PostgreSQL would not ask again, after it waited for another claim of the row.
    assert " IN (SELECT" not in next(one["sql"] for one in asked if one["sql"].startswith("UPDATE"))


def test_a_later_event_of_a_subject_cannot_be_taken_before_the_first_has_ended(subscribe, happen):
    subscribe()
    happen("1", "first")
    happen("1", "second")
    from mlops.alerts.subscriptions.handing_out import hand_out_all

    hand_out_all()
    first, second = Delivery.objects.order_by("event_id")
    assert claim(second.pk, now=timezone.now()) is None
    assert claim(first.pk, now=timezone.now()) is not None
    assert claim(second.pk, now=timezone.now()) is None


def test_a_worker_that_was_killed_leaves_its_delivery_to_another(subscribe, happen, sink):
    subscribe()
    happen()
    from mlops.alerts.subscriptions.handing_out import hand_out_all

    hand_out_all()
    now = timezone.now()
    lost = claim(Delivery.objects.get().pk, now=now)
    deliver(now)
    assert sink.calls == []
    deliver(now + LEASE + timedelta(seconds=1))
    assert len(sink.calls) == 1
    settle(lost, Outcome(is_taken=False, status=500, text=""), now=now)
    assert Delivery.objects.get().state == DeliveryState.DELIVERED


def test_what_happens_while_it_is_paused_arrives_afterwards(subscribe, happen, sink, contributor):
    row = actions.pause(contributor, subscribe())
    happen(name="meanwhile")
    deliver()
    assert sink.calls == []
    actions.resume(contributor, row)
    deliver()
    assert names(sink) == ["meanwhile"]
