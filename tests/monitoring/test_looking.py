"""Looks carried out in child processes, and what becomes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.events.models import Event
from mlops.monitoring.actions import change_monitor, create_monitor
from mlops.monitoring.asking import look_again, look_now
from mlops.monitoring.batches import make_batch_looks
from mlops.monitoring.looking import carry_out
from mlops.monitoring.models import Alarm, Look, Monitor
from mlops.monitoring.queries import alarms_of, found_by
from tests.monitoring.conftest import day, sales

pytestmark = pytest.mark.django_db(transaction=True)


def _look(owner, monitor, number: int) -> Look:
    (look,) = look_now(owner, monitor, start=day(number), end=day(number + 1))
    assert carry_out(look.pk)
    look.refresh_from_db()
    return look


def test_a_day_like_those_before_is_fine(owner, monitor):
    look = _look(owner, monitor, 10)
    assert (look.state, look.is_alarm, look.rows, look.baseline_rows) == ("completed", False, 200, 1000), look.reason
    found = found_by(look)
    assert {one.feature for one in found.signals[0].features} == {"price", "weight", "shop"}
    monitor.refresh_from_db()
    assert monitor.state == "fine"


def test_a_shifted_day_raises_one_alarm_until_it_is_over(owner, monitor):
    for number in (14, 15, 16):
        _look(owner, monitor, number)
    monitor.refresh_from_db()
    assert monitor.state == "alarm"
    assert {one.feature for one in alarms_of(monitor)} == {"", "price"}
    detected = Event.objects.get(type="mlops.monitor.drift_detected")
    assert detected.data["features"] == ["price"]
    assert detected.data["magnitude"] > detected.data["threshold"] == 1.0


def test_an_alarm_that_is_over_is_cleared(owner, monitor, settings_of_sales):
    _look(owner, monitor, 15)
    settings_of_sales["baseline"] = {"kind": "earlier", "length_seconds": 86400.0}
    _look(owner, change_monitor(owner, monitor, settings=settings_of_sales), 18)
    assert Event.objects.filter(type="mlops.monitor.drift_cleared").count() == 1
    assert not Alarm.objects.filter(is_on=True).exists()


def test_an_older_window_does_not_change_how_things_are_now(owner, monitor):
    _look(owner, monitor, 10)
    later = _look(owner, monitor, 12)
    shifted = _look(owner, monitor, 15)
    assert (later.is_alarm, shifted.is_alarm) == (False, True)
    again = look_again(owner, Look.objects.get(number=1))
    carry_out(again.pk)
    monitor.refresh_from_db()
    assert monitor.state == "alarm"


def test_a_window_without_rows_is_skipped_with_the_reason(owner, monitor):
    look = _look(owner, monitor, 100)
    assert look.state == "skipped"
    assert "sales:1 has no rows" in look.reason
    assert look.hint


def test_a_baseline_that_is_gone_fails_the_look_with_the_remedy(owner, project, monitor, settings_of_sales):
    settings_of_sales["baseline"] = {"kind": "dataset", "dataset": "sales:1"}
    changed = change_monitor(owner, monitor, settings=settings_of_sales)
    from mlops.datasets.models import Dataset

    Dataset.objects.filter(name="sales").update(name="other")
    look = _look(owner, changed, 3)
    assert (look.state, look.reason) == ("failed", "There is no dataset “sales” in this project.")
    monitor.refresh_from_db()
    assert monitor.state == "trouble"
    assert Event.objects.filter(type="mlops.monitor.run_failed").exists()


def test_two_workers_do_not_look_twice(owner, monitor):
    (look,) = look_now(owner, monitor, start=day(1), end=day(2))
    Look.objects.filter(pk=look.pk).update(state="running", lease_until=timezone.now() + timedelta(seconds=10))
    assert not carry_out(look.pk)


def test_a_look_of_a_lost_worker_is_taken_over(owner, monitor):
    (look,) = look_now(owner, monitor, start=day(7), end=day(8))
    Look.objects.filter(pk=look.pk).update(state="running", lease_until=timezone.now() - timedelta(seconds=1))
    assert carry_out(look.pk)
    look.refresh_from_db()
    assert look.state == "completed"


def test_each_batch_is_looked_at_against_the_one_before(owner, project, add_version):
    add_version(sales(days=4, shift_from=2))
    signal = {"name": "drift", "kind": "data_drift", "numerical": {"normalized_wasserstein_distance": 0.5}}
    settings = {"target": {"dataset": "sales", "axis": "batch"}, "baseline": {"kind": "earlier"}}
    monitor = create_monitor(owner, project, name="batches", settings=settings | {"signals": [signal]})
    look_now(owner, monitor)
    assert make_batch_looks(monitor.pk) == 4
    for look in Look.objects.order_by("number"):
        carry_out(look.pk)
    found = Look.objects.order_by("number").values_list("window", "state", "is_alarm")
    assert list(found) == [
        ("batch:0", "skipped", False),
        ("batch:1", "completed", False),
        ("batch:2", "completed", True),
        ("batch:3", "completed", False),
    ]


def test_rows_in_order_are_compared_with_those_before(owner, project, add_version):
    add_version(sales(days=4, rows_a_day=300, shift_from=2))
    signal = {"name": "drift", "kind": "data_drift", "numerical": {"normalized_wasserstein_distance": 0.5}}
    target = {"dataset": "sales", "axis": "@rows", "rows_per_window": 600}
    settings = {"target": target, "baseline": {"kind": "earlier"}, "signals": [signal]}
    monitor = create_monitor(owner, project, name="rows", settings=settings)
    for look in look_now(owner, monitor):
        carry_out(look.pk)
    assert list(Look.objects.order_by("number").values_list("state", "is_alarm")) == [
        ("skipped", False),
        ("completed", True),
    ]


def test_a_version_is_compared_with_the_one_before(owner, project, add_version):
    add_version(sales(days=3, seed=1))
    settings = {"target": {"dataset": "sales"}, "baseline": {"kind": "earlier"}}
    signals = [{"name": "drift", "kind": "data_drift"}]
    monitor = create_monitor(owner, project, name="versions", settings=settings | {"signals": signals})
    add_version(sales(days=3, seed=2))
    (look,) = look_now(owner, monitor)
    carry_out(look.pk)
    look.refresh_from_db()
    assert (look.state, look.baseline, look.target) == ("completed", "sales:1", "sales:2"), look.reason


def test_what_a_backfill_finds_wakes_nobody(owner, monitor):
    from mlops.monitoring.asking import backfill
    from mlops.monitoring.ticking import tick

    asked = backfill(owner, monitor, start=day(15), end=day(16))
    tick(now=day(16))
    look = Look.objects.get(backfill=asked)
    carry_out(look.pk)
    look.refresh_from_db()
    assert look.is_alarm
    assert not Event.objects.filter(type="mlops.monitor.drift_detected").exists()
    assert not Alarm.objects.exists()


def test_a_signal_may_have_a_baseline_of_its_own(owner, monitor, settings_of_sales):
    (drift,) = settings_of_sales["signals"]
    others = [
        drift | {"name": "yesterday", "baseline": {"kind": "earlier", "length_seconds": 86400.0}},
        drift | {"name": "first", "baseline": {"kind": "earlier", "length_seconds": 86400.0, "offset_seconds": 9e8}},
    ]
    changed = change_monitor(owner, monitor, settings=settings_of_sales | {"signals": [others[1], drift, others[0]]})
    found = found_by(_look(owner, changed, 16))
    assert [(one.name, one.state, one.baseline_rows) for one in found.signals] == [
        ("first", "too_little_data", 0),
        ("drift", "alarm", 1000),
        ("yesterday", "fine", 200),
    ]


def test_the_monitor_says_what_it_waits_for(monitor):
    assert Monitor.objects.get().reason == "It has not looked yet."
