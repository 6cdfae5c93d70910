"""Signals that a component of the project measures."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from mlops.components.registering import register_folder
from mlops.execution.advance import advance
from mlops.execution.going_on import go_on
from mlops.execution.perform import perform
from mlops.formats.monitor import SignalSettings
from mlops.monitoring.actions import create_monitor
from mlops.monitoring.asking import look_now
from mlops.monitoring.custom import found_of
from mlops.monitoring.looking import carry_out
from mlops.monitoring.models import Look
from mlops.monitoring.queries import found_by
from mlops.runs.models import Run, Step
from tests.components.files import write_function
from tests.monitoring.conftest import day

FUNCTION = '''
import pandas as pd

def spread(production_data: pd.DataFrame, reference_data: pd.DataFrame, times: float = 1.0) -> pd.DataFrame:
    """How much wider prices lie.

    Args:
        times: what to multiply by
    """
    ratio = production_data["price"].std() / reference_data["price"].std() * times
    return pd.DataFrame({"metric_name": ["ratio", "mean"], "metric_value": [ratio, 5.0], "group": ["price", None]})
'''


def _work(stop: threading.Event) -> None:
    """What the workers do with runs."""
    try:
        while not stop.wait(0.2):
            for run in Run.objects.exclude(state__in=("completed", "failed", "cancelled")):
                advance(run.pk)
                for step in Step.objects.filter(run=run, state="queued"):
                    perform(step.pk, done=go_on)
    finally:
        connection.close()


@pytest.fixture
def workers(db):
    stop = threading.Event()
    thread = threading.Thread(target=_work, args=(stop,))
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_component_measures_the_window_as_a_run(owner, project, settings_of_sales, tmp_path, workers):
    register_folder(owner, project, write_function(tmp_path / "component", source=FUNCTION))
    custom = {"name": "mine", "kind": "custom", "component": "spread", "metrics": {"ratio": 2.0}}
    signals = [custom | {"inputs": {"times": 10.0}}, *settings_of_sales["signals"]]
    monitor = create_monitor(owner, project, name="custom", settings=settings_of_sales | {"signals": signals})
    (look,) = look_now(owner, monitor, start=day(10), end=day(11))
    carry_out(look.pk)
    look.refresh_from_db()
    assert look.state == "completed", look.reason
    mine, drift = found_by(look).signals
    assert (mine.name, mine.state, drift.state) == ("mine", "alarm", "fine"), mine.reason
    assert mine.features[0].measured[0].metric == "ratio"
    assert 8.0 < mine.magnitude < 12.0
    run = Run.objects.get(pk=Look.objects.get().run_id)
    assert (run.state, run.created_by) == ("completed", owner)


@pytest.mark.django_db(transaction=True)
def test_a_component_that_is_not_there_fails_its_signal_alone(owner, project, settings_of_sales):
    signals = [{"name": "mine", "kind": "custom", "component": "spred"}, *settings_of_sales["signals"]]
    monitor = create_monitor(owner, project, name="custom", settings=settings_of_sales | {"signals": signals})
    (look,) = look_now(owner, monitor, start=day(10), end=day(11))
    carry_out(look.pk)
    mine, drift = found_by(look).signals
    assert (mine.state, drift.state) == ("failed", "fine")
    assert "There is no component “spred”." in mine.reason


def test_limits_of_the_monitor_come_before_those_of_the_component():
    signal = SignalSettings(name="a", kind="custom", metrics={"x": 1.0})
    found = found_of(signal, [("", "x", 1.5, 9.0), ("", "y", 3.0, 2.0), ("", "z", 7.0, None)], rows=1, baseline_rows=2)
    assert [(one.metric, one.is_alarm, one.threshold) for one in found.measured] == [
        ("x", True, 1.0),
        ("y", True, 2.0),
        ("z", False, None),
    ]
    assert (found.state, found.magnitude) == ("alarm", 3.0)
