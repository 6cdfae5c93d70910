"""Making and changing subscriptions, tests and replays."""

from __future__ import annotations

import json

import pytest

from mlops.access.sealing import unseal
from mlops.alerts.models import Delivery, DeliveryState, Subscription
from mlops.alerts.subscriptions import actions
from mlops.alerts.subscriptions.checking import read_settings
from mlops.alerts.subscriptions.secrets import secrets_of
from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from tests.alerts.subscriptions.conftest import deliver, later, names

pytestmark = pytest.mark.django_db


def refused(act, *arguments, **named) -> Refusal:
    with pytest.raises(Refusal) as caught:
        act(*arguments, **named)
    return caught.value


def test_only_contributors_subscribe(project, reader, sink):
    wanted = read_settings({"name": "hook", "url": sink.url})
    assert refused(actions.create, reader, project, wanted).code == "forbidden"
    assert not Subscription.objects.exists()


def test_only_administrators_subscribe_to_everything(owner, admin_user, sink):
    wanted = read_settings({"name": "hook", "url": sink.url})
    assert refused(actions.create, owner, None, wanted).status == 403
    assert actions.create(admin_user, None, wanted)[0].project is None


@pytest.mark.parametrize(
    ("given", "place", "hint"),
    [
        ({"name": ""}, "name", "Letters"),
        ({"url": ""}, "url", "https"),
        ({"url": "https://10.0.0.1/x"}, "url", "administrator"),
        ({"types": ["mlops.model.registred"]}, "types", "mlops.model.registered"),
        ({"types": ["mlops.monitor.*"], "envelope": "azure_cloudevents", "filters": [{}]},
         "filters[1].operatorType", ""),
        ({"types": ["mlops.draft.*"], "envelope": "azure_event_grid"}, "types", "Microsoft"),
        ({"secret": "abc"}, "secret", "whsec_"),
        ({"envelop": "x"}, "envelop", "envelope"),
        ({"envelope": "x"}, "envelope", ""),
        ({"authorization": "a\r\nb: c"}, "authorization", "line"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused_at_their_place(contributor, project, sink, given, place, hint):
    def make():
        actions.create(contributor, project, read_settings({"name": "hook", "url": sink.url, **given}))

    refusal = refused(make)
    assert (refusal.where.parameter, hint in refusal.hint) == (place, True)


def test_address_and_secret_are_sealed_and_kept_when_they_are_not_given(subscribe, contributor, sink):
    row = subscribe(authorization="Bearer abc")
    before = secrets_of(row)
    assert sink.url not in row.sealed
    assert "/hook" not in row.host
    assert "Bearer abc" in unseal(row.sealed)
    changed = actions.update(contributor, row, read_settings({"name": "renamed", "types": ["mlops.run.*"]}))
    assert (changed.name, secrets_of(changed)) == ("renamed", before)
    assert "types" in Event.objects.get(type="mlops.subscription.updated").data["changed"]


def test_a_name_is_there_once_in_a_project(subscribe):
    subscribe()
    assert refused(subscribe).code == "name_taken"


def test_a_test_event_passes_all_filters_and_is_tried_once(subscribe, contributor, sink):
    row = subscribe(types=["mlops.run.failed"])
    sink.answer = lambda call: (500, {}, b"down")
    made = actions.send_test(contributor, row)
    deliver()
    made.refresh_from_db()
    assert json.loads(sink.calls[0].body)["type"] == "mlops.subscription.tested"
    assert (made.state, made.reason) == (DeliveryState.DEAD, "The receiver answered 500 Internal Server Error.")


def test_a_delivery_is_replayed_with_the_same_id(subscribe, contributor, happen, sink):
    row = subscribe()
    happen()
    deliver()
    assert actions.replay(contributor, row, deliveries=[Delivery.objects.get().pk]) == 1
    deliver()
    assert len(sink.calls) == 2
    assert sink.calls[0].headers["webhook-id"] == sink.calls[1].headers["webhook-id"]


def test_all_that_are_dead_are_replayed_in_order(subscribe, contributor, happen, sink):
    row = subscribe()
    sink.answer = lambda call: (422, {}, b"")
    for number in range(3):
        happen("1", str(number))
    for hour in range(26):
        deliver(later(hours=hour))
    assert Delivery.objects.filter(state=DeliveryState.DEAD).count() == 3
    sink.answer = lambda call: (200, {}, b"")
    sink.calls.clear()
    assert actions.replay(contributor, row, is_dead=True) == 3
    deliver(later(hours=27))
    assert names(sink) == ["0", "1", "2"]


def test_a_span_is_replayed_also_from_before_the_subscription(subscribe, contributor, happen, sink):
    happen("1", "before")
    row = subscribe()
    happen("1", "after")
    deliver()
    assert names(sink) == ["after"]
    assert actions.replay(contributor, row, start=later(hours=-1)) == 2
    deliver()
    assert names(sink) == ["after", "before", "after"]


def test_one_that_was_disabled_begins_with_what_happens_from_then_on(subscribe, contributor, happen, sink):
    row = subscribe()
    sink.answer = lambda call: (410, {}, b"")
    happen(name="1")
    deliver()
    sink.answer = lambda call: (200, {}, b"")
    happen(name="missed")
    row.refresh_from_db()
    actions.resume(contributor, row)
    happen(name="after")
    deliver()
    assert names(sink) == ["1", "after"]


def test_deleting_takes_the_deliveries_along(subscribe, contributor, happen):
    row = subscribe()
    happen()
    deliver()
    actions.delete(contributor, row)
    assert not Delivery.objects.exists()
    assert Event.objects.filter(type="mlops.subscription.deleted").exists()
