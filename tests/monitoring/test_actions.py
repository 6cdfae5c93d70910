"""Making and changing monitors."""

from __future__ import annotations

import msgspec
import pytest

from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from mlops.monitoring.actions import (
    change_monitor,
    create_monitor,
    delete_monitor,
    disable_monitor,
    enable_monitor,
)
from mlops.monitoring.models import Monitor, MonitorRevision
from mlops.monitoring.suggesting import suggested


def test_a_monitor_is_made_with_its_first_revision(monitor):
    assert (monitor.state, monitor.rhythm, monitor.revision) == ("waiting", "clock", 1)
    assert monitor.next_at is not None
    monitor.refresh_from_db()
    assert MonitorRevision.objects.get(monitor=monitor).settings == monitor.settings
    assert Event.objects.filter(type="mlops.monitor.created").exists()


def test_everything_may_be_changed_at_any_time(owner, monitor, settings_of_sales):
    settings_of_sales |= {"frequency": "week", "delay_seconds": 3600.0}
    changed = change_monitor(owner, monitor, settings=settings_of_sales, name="sales by week")
    assert (changed.name, changed.revision) == ("sales by week", 2)
    assert MonitorRevision.objects.get(monitor=monitor, number=2).what == "frequency, delay_seconds"


def test_a_second_monitor_of_that_name_is_refused(owner, project, monitor, settings_of_sales):
    with pytest.raises(Refusal) as caught:
        create_monitor(owner, project, name=monitor.name, settings=settings_of_sales)
    assert caught.value.code == "monitor_exists"


def test_a_disabled_monitor_looks_no_more_until_it_is_enabled(owner, monitor):
    disable_monitor(owner, monitor)
    assert (monitor.state, monitor.next_at) == ("disabled", None)
    enable_monitor(owner, monitor)
    assert monitor.state == "waiting"
    assert monitor.next_at is not None


def test_a_deleted_monitor_is_gone(owner, monitor):
    delete_monitor(owner, monitor)
    assert not Monitor.objects.exists()


def test_a_reader_may_not_make_one(reader, project, settings_of_sales):
    with pytest.raises(Refusal) as caught:
        create_monitor(reader, project, name="x", settings=settings_of_sales)
    assert caught.value.code == "forbidden"


DRIFT = {"name": "a", "kind": "data_drift"}


@pytest.mark.parametrize(
    ("change", "code", "hint"),
    [
        ({"target": {"dataset": "sale"}}, "dataset_unknown", "sales"),
        ({"target": {"dataset": "sales", "axis": "add"}}, "axis_unknown", "at"),
        ({"target": {"dataset": "sales", "axis": "shop"}}, "axis_unsuited", "“at”"),
        ({"target": {"dataset": "sales", "axis": "@rows"}}, "rows_missing", "1000"),
        ({"target": {"endpoint": "shop"}}, "endpoint_unknown", ""),
        ({"baseline": {"kind": "training"}}, "baseline_unsuited", "earlier"),
        ({"signals": []}, "signals_missing", ""),
        ({"signals": [{"name": "a", "kind": "data_drift", "numerical": {"kolmogorov": 0.1}}]}, "metric_unknown", ""),
        ({"signals": [{"name": "a", "kind": "data_drift", "features": ["prise"]}]}, "column_unknown", "price"),
        ({"signals": [{"name": "a", "kind": "custom"}]}, "component_missing", ""),
        ({"signals": [{"name": "a", "kind": "model_performance"}]}, "label_missing", ""),
        ({"signals": [DRIFT | {"numerical": {"kolmogorov_smirnov": -1.0}}]}, "threshold_invalid", "0 or more"),
        ({"baseline": {"kind": "earlier", "length_seconds": 1e14}}, "baseline_length", "in days"),
        ({"baseline": {"kind": "earlier", "offset_seconds": 1e14}}, "baseline_length", "in days"),
        ({"window_seconds": 1e14}, "seconds_invalid", "hundred years"),
        ({"interval": 0}, "interval_invalid", ""),
        ({"emails": ["anna"]}, "email_invalid", "anna@"),
        ({"frequncy": "day"}, "monitor_invalid", "frequency"),
    ],
)
def test_a_fault_is_named_with_what_could_be_meant(owner, project, settings_of_sales, change, code, hint):
    with pytest.raises(Refusal) as caught:
        create_monitor(owner, project, name="x", settings=settings_of_sales | change)
    assert caught.value.code == code
    assert hint in caught.value.hint


def test_suggested_settings_of_a_dataset_are_right_at_once(owner, project, watched):
    found = suggested(project, dataset="sales")
    assert found.target.axis == "at"
    made = create_monitor(owner, project, name="suggested", settings=msgspec.to_builtins(found))
    assert made.wanted.signals[0].kind == "data_drift"
