"""Asking a receiver whether it wants events."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.alerts.models import SubscriptionState
from mlops.alerts.subscriptions import actions
from mlops.alerts.subscriptions.handshake import validate_all
from tests.alerts.subscriptions.conftest import deliver, names

pytestmark = pytest.mark.django_db


def echo(call):
    told = json.loads(call.body)[0]
    return 200, {}, json.dumps({"validationResponse": told["data"]["validationCode"]}).encode()


def test_nothing_is_sent_before_the_receiver_has_sent_the_code_back(subscribe, happen, sink):
    row = subscribe(handshake="event_grid")
    happen(name="waits")
    deliver()
    assert (row.state, sink.calls) == (SubscriptionState.VALIDATING, [])
    sink.answer = echo
    validate_all(now=timezone.now())
    assert sink.calls[0].headers["aeg-event-type"] == "SubscriptionValidation"
    sink.calls.clear()
    sink.answer = lambda call: (200, {}, b"")
    deliver()
    assert names(sink) == ["waits"]


def test_the_cloudevents_way_asks_by_options(subscribe, sink):
    row = subscribe(handshake="cloudevents")
    sink.answer = lambda call: (200, {"WebHook-Allowed-Origin": "*"}, b"")
    validate_all(now=timezone.now())
    row.refresh_from_db()
    assert (sink.calls[0].method, row.state) == ("OPTIONS", SubscriptionState.ACTIVE)
    assert sink.calls[0].headers["webhook-request-origin"]


def test_one_that_never_agrees_is_disabled_with_the_reason(subscribe, sink, contributor):
    row = subscribe(handshake="event_grid")
    now = timezone.now()
    for minute in range(12):
        validate_all(now=now + timedelta(minutes=minute))
    row.refresh_from_db()
    assert row.state == SubscriptionState.DISABLED
    assert "validationResponse" in row.reason
    assert actions.resume(contributor, row).state == SubscriptionState.VALIDATING
