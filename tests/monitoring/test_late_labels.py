"""Labels that come long after their requests."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from django.utils import timezone

from mlops.blobs.trees import keep_stream
from mlops.collected.models import Part
from mlops.formats.monitor import MonitorFound, SignalFound
from mlops.formats.refusal import Refusal
from mlops.monitoring import settling
from mlops.monitoring.late_labels import labelled_before, look_again_at_labelled
from mlops.monitoring.models import Alarm, Look, Monitor
from mlops.monitoring.past import past_of
from tests.registry.shelf import registered


@pytest.fixture
def monitor(contributor, project) -> Monitor:
    from mlops.deployments.actions import create_endpoint
    from mlops.deployments.models import Deployment
    from mlops.monitoring.actions import create_monitor

    endpoint = create_endpoint(contributor, project, name="prices")
    version = registered(contributor, project)
    Deployment.objects.create(
        endpoint=endpoint, name="blue", version=version, entry="native", state_since=timezone.now()
    )
    signals = [{"name": "performance", "kind": "model_performance"}]
    settings = {"target": {"endpoint": "prices"}, "baseline": {"kind": "earlier"}, "signals": signals}
    return create_monitor(contributor, project, name="late", settings=settings)


def _look(monitor: Monitor, number: int, *, days_ago: int, **facts) -> Look:
    end = timezone.now() - timedelta(days=days_ago)
    usual = {"state": "completed", "rows": 100, "labelled": 0, "state_since": end, "revision": 1}
    look = Look.objects.create(
        monitor=monitor,
        number=number,
        window=f"day {days_ago}",
        start=end - timedelta(days=1),
        end=end,
        **{**usual, **facts},
    )
    Monitor.objects.filter(pk=monitor.pk).update(last_number=number)
    return look


def _labels(monitor: Monitor, *, minutes_ago: float) -> None:
    import io

    now = timezone.now()
    blob = keep_stream(io.BytesIO(f"labels {minutes_ago}".encode()))
    part = Part.objects.create(
        endpoint=monitor.endpoint,
        kind="labels",
        day=now.date(),
        first_at=now,
        last_at=now,
        row_count=5,
        request_count=5,
        size_bytes=1,
        blob=blob,
    )
    Part.objects.filter(pk=part.pk).update(created_at=now - timedelta(minutes=minutes_ago))
    Monitor.objects.filter(pk=monitor.pk).update(created_at=now - timedelta(days=9))


def test_windows_with_too_few_labels_are_looked_at_again(monitor):
    _look(monitor, 1, days_ago=3)
    _look(monitor, 2, days_ago=2, labelled=100)
    _look(monitor, 3, days_ago=100)
    _labels(monitor, minutes_ago=2)
    assert look_again_at_labelled() == 1
    made = Look.objects.get(cause="labels")
    assert (made.window, made.round, made.number) == ("day 3", 1, 4)
    assert look_again_at_labelled() == 0


def test_labels_that_keep_coming_are_waited_for(monitor):
    _look(monitor, 1, days_ago=3)
    _labels(monitor, minutes_ago=0)
    assert look_again_at_labelled() == 0
    _labels(monitor, minutes_ago=11)
    assert look_again_at_labelled() == 1


def test_the_labels_of_the_last_look_are_known(monitor):
    _look(monitor, 1, days_ago=3, labelled=7)
    assert labelled_before(Look(monitor=monitor, window="day 3")) == 7


def test_an_alarm_by_late_labels_is_raised_though_later_windows_were_looked_at(monitor):
    unable = SignalFound(name="performance", kind="model_performance", state="too_little_data", reason="No labels.")
    bad = msgspec.structs.replace(unable, state="alarm", reason="accuracy 0.5, limit 0.8", magnitude=0.5)
    for number, days_ago, signal in ((1, 1, unable), (2, 3, bad)):
        look = _look(monitor, number, days_ago=days_ago, state="running")
        found = MonitorFound(start=look.start, end=look.end, signals=(signal,), baseline="b", target="t")
        settling.completed(look, found, rows=100, baseline_rows=100, labelled=50, seconds=1.0)
    assert Alarm.objects.get(is_on=True).signal == "performance"
    monitor.refresh_from_db()
    assert monitor.state == "alarm"


def test_the_past_of_an_endpoint_begins_when_it_was_first_called(monitor):
    now = timezone.now()
    _rows(monitor, now - timedelta(days=3))
    _rows(monitor, now - timedelta(days=2))
    found = past_of(monitor, now - timedelta(days=40_000), None, now=now)
    assert (found.start, found.windows) == (now - timedelta(days=3), 3)


def test_an_endpoint_that_was_never_called_has_no_past(monitor):
    now = timezone.now()
    with pytest.raises(Refusal) as caught:
        past_of(monitor, now - timedelta(days=9), None, now=now)
    assert caught.value.message == "Nothing was collected of “prices” yet."


def _rows(monitor: Monitor, at) -> None:
    import io

    blob = keep_stream(io.BytesIO(str(at).encode()))
    facts = {"kind": "rows", "row_count": 5, "request_count": 5, "size_bytes": 1, "blob": blob}
    Part.objects.create(endpoint=monitor.endpoint, day=at.date(), first_at=at, last_at=at, **facts)
