"""A project with a receiver, and a clock that the tests move."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from mlops.alerts.models import Subscription
from mlops.alerts.subscriptions import actions
from mlops.alerts.subscriptions.checking import read_settings
from mlops.alerts.subscriptions.claiming import due, ready_subscriptions
from mlops.alerts.subscriptions.courier import carry
from mlops.alerts.subscriptions.handing_out import hand_out_all
from mlops.events.chain import record
from mlops.events.models import Event
from tests.alerts.sink import Sink


@pytest.fixture(autouse=True)
def events_as_described(settings, events_of_any_form) -> None:
    settings.CHECK_EVENTS = True


@pytest.fixture
def subscribe(contributor, project, sink) -> Callable[..., Subscription]:
    """To all drawings of the project, unless it says otherwise."""

    def make(**settings: Any) -> Subscription:
        given = {"name": "hook", "url": sink.url, "types": ["mlops.draft.*"], **settings}
        return actions.create(contributor, project, read_settings(given))[0]

    return make


@pytest.fixture
def happen(contributor, project) -> Callable[..., Event]:
    def make(subject: str = "1", name: str = "a") -> Event:
        type, data = "mlops.draft.renamed", {"before": "", "after": name}
        change = {"before": {"name": ""}, "after": {"name": name}}
        return record(contributor, type, subject=f"drafts/{subject}", project=project, data=data, **change)

    return make


def deliver(now: datetime | None = None, *, most: int = 1000) -> int:
    """All that is due at that moment, as one worker does it, one call after the other. How many calls were made."""
    now = now or timezone.now()
    calls = 0
    while calls < most:
        while hand_out_all(now=now):
            pass
        keys = [key for one in ready_subscriptions(now) for key in due(one, now=now, most=1)]
        made = sum(carry(key, clock=lambda: now) for key in keys)
        if not made:
            return calls
        calls += made
    return calls


def later(**span: float) -> datetime:
    return timezone.now() + timedelta(**span)


def names(sink: Sink) -> list[str]:
    """What the renamed drawings are called, in the order of the calls."""
    return [json.loads(call.body)["data"]["after"] for call in sink.calls]
