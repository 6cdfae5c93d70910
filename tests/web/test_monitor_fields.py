"""A monitor's form: nothing gets lost between settings and fields."""

from __future__ import annotations

import pytest

from mlops.formats.monitor import Baseline, MonitorSettings, SignalSettings, Target
from mlops.formats.refusal import Refusal
from mlops.formats.schedule import Cron, Recurrence
from mlops.web.pages.monitor_fields import settings_of, typed_of
from mlops.web.pages.monitor_signal_fields import blocks_of

DRIFT = SignalSettings(name="drift", kind="data_drift", numerical={"kolmogorov_smirnov": 0.1})


@pytest.mark.parametrize("percent", ["500", "0", "100"])
def test_a_rate_is_refused_in_percent_as_it_is_typed(percent):
    typed = typed_of(MonitorSettings(target=Target(endpoint="e"), signals=(DRIFT,)))
    with pytest.raises(Refusal) as caught:
        settings_of(typed | {"s0-rate": percent})
    assert "between 0 and 100 %" in caught.value.message
    assert caught.value.where.parameter == "s0-rate"


@pytest.mark.parametrize(
    "watched",
    [
        MonitorSettings(target=Target(endpoint="shop", deployment="blue"), signals=(DRIFT,)),
        MonitorSettings(
            target=Target(dataset="sales", axis="@rows", rows_per_window=500),
            baseline=Baseline(kind="dataset", dataset="sales:1"),
            signals=(DRIFT, SignalSettings(name="again", kind="data_drift", features=("a", "b b"), segments=("c",))),
            tags={"team": "one"},
        ),
        MonitorSettings(
            target=Target(dataset="sales", axis="at"),
            baseline=Baseline(kind="earlier", length_seconds=5400.0, offset_seconds=86400.0),
            signals=(
                SignalSettings(
                    name="mine",
                    kind="custom",
                    component="a:1",
                    inputs={"x": 1, "y": ["a"]},
                    metrics={"m": 0.5},
                    is_alerting=False,
                ),
                SignalSettings(name="p", kind="model_performance", baseline=Baseline(kind="dataset", dataset="t:2")),
                SignalSettings(name="q", kind="data_quality", top_features=3, false_alarm_rate=0.01),
            ),
            times=Cron(expression="0 6 * * *", time_zone="Europe/Berlin"),
            window_seconds=7200.0,
            delay_seconds=3600.0,
            least_rows=10,
            most_rows=1000,
            label="y",
            prediction="p",
            emails=("a@b.de", "c@d.de"),
        ),
        MonitorSettings(
            target=Target(dataset="sales"),
            signals=(DRIFT,),
            times=Recurrence(frequency="week", interval=2, hours=(6,), week_days=("monday",)),
            frequency="hour",
            interval=3,
        ),
    ],
)
def test_settings_come_back_as_they_were(watched):
    assert settings_of(typed_of(watched)) == watched


@pytest.mark.parametrize(
    ("task", "there", "missing"),
    [
        ("regression", "mean_absolute_error", "auc"),
        ("two_class", "auc", "macro_auc"),
        ("multiclass", "macro_auc", "mean_absolute_error"),
    ],
)
def test_measures_are_those_of_the_models_task(task, there, missing):
    limited = SignalSettings(name="right", kind="model_performance", metrics={"average_accuracy": 0.5})
    typed = typed_of(MonitorSettings(target=Target(endpoint="shop"), signals=(limited,)))
    shown = [metric for _name, metric, _text in dict(blocks_of(typed, task=task)[0]["groups"])["metrics"]]
    assert there in shown
    assert missing not in shown
    assert "average_accuracy" in shown


def test_a_signal_that_is_not_ticked_is_left_out():
    typed = typed_of(MonitorSettings(target=Target(endpoint="shop"), signals=(DRIFT,)))
    assert typed["signals"] == "8"
    assert settings_of(typed | {"s0-on": "", "s1-on": "1"}).signals[0].kind == "data_quality"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("interval", "x"),
        ("delay", "soon"),
        ("s0-numerical-kolmogorov_smirnov", "low"),
        ("least_rows", "1.5"),
        ("s0-numerical-kolmogorov_smirnov", "0,5"),
        ("delay", "1,000"),
    ],
)
def test_what_is_no_number_is_named(field, value):
    typed = typed_of(MonitorSettings(target=Target(endpoint="shop"), signals=(DRIFT,)))
    with pytest.raises(Refusal) as caught:
        settings_of(typed | {field: value})
    assert (caught.value.code, caught.value.where.parameter) == ("number_expected", field)
