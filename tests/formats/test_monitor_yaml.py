"""Monitors in Azure ML's form: read, refused with the line, and written back."""

from __future__ import annotations

import pytest
import yaml

from mlops.formats.azureml.lines import load
from mlops.formats.azureml.monitor import is_monitor, read_monitor
from mlops.formats.azureml.monitor_writing import written
from mlops.formats.monitor import Baseline, MonitorSettings, SignalSettings, Target
from mlops.formats.refusal import Refusal
from mlops.monitoring.windows import times_of

ADVANCED = """$schema: http://azureml/sdk-2-0/Schedule.json
name: fraud_detection_model_monitoring
display_name: Fraud detection model monitoring
trigger:
  type: recurrence
  frequency: day
  interval: 1
  schedule:
    hours: 3
    minutes: 15
create_monitor:
  compute:
    instance_type: standard_e4s_v3
    runtime_version: "3.4"
  monitoring_target:
    ml_task: classification
    endpoint_deployment_id: azureml:credit-default:main
  monitoring_signals:
    advanced_data_drift:
      type: data_drift
      production_data:
        data_window:
          lookback_window_size: P1D
          lookback_window_offset: P0D
      reference_data:
        input_data:
          path: azureml:credit-reference:1
          type: mltable
        data_context: training
        data_column_names:
          target_column: DEFAULT_NEXT_MONTH
      features:
        top_n_feature_importance: 10
      metric_thresholds:
        numerical:
          jensen_shannon_distance: 0.01
        categorical:
          pearsons_chi_squared_test: 0.02
    advanced_data_quality:
      type: data_quality
      reference_data:
        data_window:
          lookback_window_size: P7D
          lookback_window_offset: P3D
      features: [age, limit]
      metric_thresholds:
        numerical: {null_value_rate: 0.05}
        categorical: {out_of_bounds_rate: 0.03}
    performance:
      type: model_performance
      metric_thresholds:
        tabular_classification: {accuracy: 0.95}
    attribution:
      type: feature_attribution_drift
      metric_thresholds: {normalized_discounted_cumulative_gain: 0.9}
    mine:
      type: custom
      component_id: azureml:my_signal:1
      inputs: {window: 3}
      metric_thresholds:
        - metric_name: std_deviation
          threshold: 2
  alert_notification:
    emails: [abc@example.com]
"""
SIMPLE = """name: simple
trigger: {type: recurrence, frequency: day, interval: 1}
create_monitor:
  monitoring_target:
    endpoint_deployment_id: azureml:shop:blue
"""


def _read(text: str):
    return read_monitor(load("monitor.yml", text))


def test_an_advanced_monitor_is_read_whole():
    found = _read(ADVANCED)
    settings = found.settings
    assert settings.target == Target(endpoint="credit-default", deployment="main")
    assert settings.baseline == Baseline(kind="dataset", dataset="credit-reference:1")
    assert (settings.window_seconds, settings.label) == (86400.0, "DEFAULT_NEXT_MONTH")
    assert settings.emails == ("abc@example.com",)
    drift, quality, performance, attribution, mine = settings.signals
    assert (drift.top_features, drift.numerical, drift.categorical) == (
        10, {"jensen_shannon_distance": 0.01}, {"chi_squared": 0.02}
    )  # fmt: skip
    assert quality.features == ("age", "limit")
    assert quality.baseline == Baseline(kind="earlier", length_seconds=7 * 86400.0, offset_seconds=3 * 86400.0)
    assert performance.metrics == {"accuracy": 0.95}
    assert attribution.metrics == {"normalized_discounted_cumulative_gain": 0.9}
    assert (mine.component, mine.inputs, mine.metrics) == ("my_signal:1", {"window": 3}, {"std_deviation": 2.0})


def test_what_has_no_meaning_is_told():
    told = " ".join(_read(ADVANCED).warnings)
    assert "“compute” has no meaning" in told
    assert "“display_name” has no meaning" in told
    assert "Cramér's V" in told


def test_a_simple_monitor_has_the_usual_signals():
    found = _read(SIMPLE)
    assert [one.kind for one in found.settings.signals] == ["data_drift", "prediction_drift", "data_quality"]
    assert found.needs_baseline
    assert (found.settings.times, found.settings.frequency, found.settings.interval) == (None, "day", 1)


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("type: data_drift", "type: data_drft", "data_drift"),
        ("jensen_shannon_distance: 0.01", "jensen_shanon_distance: 0.01", "jensen_shannon_distance"),
        ("jensen_shannon_distance: 0.01", "jensen_shannon_distance: low", "0.1"),
        ("lookback_window_size: P1D", "lookback_window_size: a day", "P7D"),
        ("azureml:credit-default:main", "credit-default", "azureml:ENDPOINT:DEPLOYMENT"),
        ("ml_task: classification", "ml_task: clasification", "classification"),
        ("path: azureml:credit-reference:1", "path: ./data.csv", "mlops data create"),
        ("alert_notification:", "alert_notifications:", "alert_notification"),
    ],
)
def test_a_fault_is_told_with_its_line(old, new, hint):
    text = ADVANCED.replace(old, new)
    line = next(number for number, one in enumerate(text.splitlines(), 1) if new in one)
    with pytest.raises(Refusal) as caught:
        _read(text)
    assert f"line {line}:" in caught.value.message, caught.value.message
    assert hint in caught.value.hint


def test_a_signal_about_language_models_is_refused_with_what_would_serve():
    with pytest.raises(Refusal) as caught:
        _read(ADVANCED.replace("type: data_drift", "type: generation_safety_quality"))
    assert "custom signal" in caught.value.hint


def test_what_is_written_reads_the_same():
    first = _read(ADVANCED)
    document = written(first.name, first.settings, times=first.settings.times)
    again = _read(yaml.safe_dump(document, sort_keys=False))
    assert again.settings == first.settings
    assert not again.needs_baseline


def test_a_monitor_of_a_dataset_is_written_and_read():
    settings = MonitorSettings(
        target=Target(dataset="sales", axis="@rows", rows_per_window=500),
        baseline=Baseline(kind="dataset", dataset="sales:1"),
        signals=(
            SignalSettings(name="a", kind="multivariate_drift", metrics={"magnitude": 0.3}, segments=("shop",)),
            SignalSettings(name="b", kind="estimated_performance", metrics={"coefficient_of_determination": 0.5}),
        ),
        label="price",
        least_rows=20,
        most_rows=10_000,
        frequency="month",
        interval=2,
    )
    again = _read(
        yaml.safe_dump(written("rows", settings, times=times_of(settings), is_enabled=False), sort_keys=False)
    )
    assert again.settings == settings
    assert not again.is_enabled


def test_a_schedule_of_a_monitor_is_told_from_one_of_a_job():
    assert is_monitor(load("x", SIMPLE))
    assert not is_monitor(load("x", "name: a\ncreate_job: x\n"))
