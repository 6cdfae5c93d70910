"""Which looks are made, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.formats.refusal import Refusal
from mlops.monitoring.actions import change_monitor, create_monitor
from mlops.monitoring.asking import backfill, cancel_backfill, cancel_look, look_again, look_now
from mlops.monitoring.models import Backfill, Look, Monitor
from mlops.monitoring.planning import plan_due
from mlops.monitoring.queries import progress_of
from mlops.monitoring.ticking import tick
from tests.monitoring.conftest import day, sales


def _planned(monitor: Monitor, number: int) -> None:
    Monitor.objects.filter(pk=monitor.pk).update(planned_to=day(number), next_at=day(number + 1))


def test_windows_that_were_missed_are_caught_up(monitor):
    _planned(monitor, 3)
    tick(now=day(7) + timedelta(hours=3))
    ends = Look.objects.filter(monitor=monitor).order_by("end").values_list("end", flat=True)
    assert list(ends) == [day(4), day(5), day(6), day(7)]


def test_no_window_is_made_into_two_looks(monitor):
    _planned(monitor, 3)
    tick(now=day(5))
    _planned(monitor, 3)
    tick(now=day(5))
    assert Look.objects.filter(monitor=monitor).count() == 2


def test_a_look_waits_for_late_data(owner, monitor, settings_of_sales):
    change_monitor(owner, monitor, settings=settings_of_sales | {"delay_seconds": 7200.0})
    _planned(monitor, 3)
    assert plan_due(monitor.pk, now=day(4) + timedelta(hours=1)) == 0
    Monitor.objects.filter(pk=monitor.pk).update(next_at=day(4))
    assert plan_due(monitor.pk, now=day(4) + timedelta(hours=2)) == 1


def test_a_long_backfill_is_made_a_few_looks_at_a_time(owner, monitor, settings_of_sales):
    change_monitor(owner, monitor, settings=settings_of_sales | {"frequency": "hour"})
    monitor.refresh_from_db()
    asked = backfill(owner, monitor, start=day(0), end=day(20))
    assert asked.windows == 480
    tick()
    assert Look.objects.filter(backfill=asked).count() == 20
    tick()
    assert Look.objects.filter(backfill=asked).count() == 20
    assert progress_of(asked).waiting == 480


def test_a_backfill_ends_when_all_its_looks_have_ended(owner, monitor):
    asked = backfill(owner, monitor, start=day(0), end=day(30))
    for _turn in range(4):
        tick()
        Look.objects.filter(backfill=asked).update(state="completed")
    asked.refresh_from_db()
    assert (asked.state, progress_of(asked).share) == ("completed", 1.0)


def test_a_backfill_leaves_out_what_was_looked_at(owner, monitor):
    _planned(monitor, 0)
    tick(now=day(5))
    Look.objects.update(state="completed")
    asked = backfill(owner, monitor, start=day(0), end=day(10))
    tick(now=day(5))
    assert Look.objects.filter(backfill=asked).count() == 5


def test_a_cancelled_backfill_makes_no_more_looks(owner, monitor):
    asked = backfill(owner, monitor, start=day(0), end=day(20))
    tick()
    cancel_backfill(owner, asked)
    tick()
    assert set(Look.objects.filter(backfill=asked).values_list("state", flat=True)) == {"cancelled"}
    assert Backfill.objects.get().state == "cancelled"


def test_a_backfill_begins_at_the_first_row(owner, monitor):
    asked = backfill(owner, monitor, start=day(-46_000), end=day(3))
    assert (asked.start, asked.windows) == (day(0), 3)


def test_a_range_before_the_first_row_is_refused_with_its_time(owner, monitor):
    with pytest.raises(Refusal) as caught:
        backfill(owner, monitor, start=day(-20), end=day(-10))
    assert caught.value.code == "range_empty"
    assert "first row at 2026-11-01 00:00 UTC" in caught.value.hint


def test_a_range_without_a_window_is_refused(owner, monitor):
    with pytest.raises(Refusal) as caught:
        backfill(owner, monitor, start=day(1) + timedelta(hours=1), end=day(1) + timedelta(hours=2))
    assert caught.value.code == "range_empty"


def test_each_new_version_of_a_dataset_is_a_window(owner, project, add_version):
    add_version(sales(days=2))
    signals = [{"name": "drift", "kind": "data_drift"}]
    settings = {"target": {"dataset": "sales"}, "baseline": {"kind": "dataset", "dataset": "sales:1"}}
    monitor = create_monitor(owner, project, name="arrivals", settings=settings | {"signals": signals})
    add_version(sales(days=3))
    tick(now=monitor.next_at + timedelta(seconds=1))
    assert [one.window for one in Look.objects.all()] == ["version:2"]


def test_rows_in_their_order_are_cut_into_windows(owner, project, add_version):
    add_version(sales(days=2, rows_a_day=500))
    signals = [{"name": "drift", "kind": "data_drift"}]
    target = {"dataset": "sales", "axis": "@rows", "rows_per_window": 400}
    baseline = {"kind": "dataset", "dataset": "sales:1"}
    settings = {"target": target, "baseline": baseline, "signals": signals}
    monitor = create_monitor(owner, project, name="rows", settings=settings)
    looks = look_now(owner, monitor)
    assert [one.window for one in looks] == ["rows:1:0-400", "rows:1:400-800", "rows:1:800-1000"]


def test_a_look_that_is_asked_for_takes_the_window_that_ends_now(owner, monitor):
    before = timezone.now()
    (look,) = look_now(owner, monitor)
    assert before <= look.end <= timezone.now()
    assert look.end - look.start == timedelta(days=1)


def test_a_window_can_be_looked_at_again(owner, monitor):
    (look,) = look_now(owner, monitor, start=day(1), end=day(2))
    again = look_again(owner, look)
    assert (again.window, again.round, again.number) == (look.window, 1, 2)


def test_a_look_that_waits_can_be_cancelled(owner, monitor):
    (look,) = look_now(owner, monitor)
    assert cancel_look(owner, look).state == "cancelled"
    with pytest.raises(Refusal) as caught:
        cancel_look(owner, look)
    assert caught.value.code == "look_ended"


def test_a_reader_may_not_look(reader, monitor):
    with pytest.raises(Refusal) as caught:
        look_now(reader, monitor)
    assert caught.value.code == "forbidden"
