"""A monitor written as Azure ML's monitorSchedule, so that reading it again gives the same settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mlops.formats.azureml.durations import duration_of
from mlops.formats.azureml.monitor_metrics import CLASSIFICATION, DRIFT, QUALITY, REGRESSION, theirs_of
from mlops.formats.monitor import Baseline, MonitorSettings, SignalSettings
from mlops.formats.schedule import Cron, Recurrence

SCHEMA = "https://azuremlschemas.azureedge.net/latest/monitorSchedule.schema.json"


def written(
    name: str, settings: MonitorSettings, *, times: Cron | Recurrence, description: str = "", is_enabled: bool = True
) -> dict[str, Any]:
    """`times`: when its windows end, also where the settings only name a frequency."""
    document: dict[str, Any] = {"$schema": SCHEMA, "name": name}
    if description:
        document["description"] = description
    if settings.tags:
        document["tags"] = dict(settings.tags)
    if not is_enabled:
        document["is_enabled"] = False
    document["trigger"] = _trigger(times)
    document["create_monitor"] = _monitor(settings)
    return document


def _trigger(times: Cron | Recurrence) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "cron" if isinstance(times, Cron) else "recurrence"}
    if isinstance(times, Cron):
        found["expression"] = times.expression
    else:
        found |= {"frequency": times.frequency, "interval": times.interval}
        pattern: dict[str, Any] = {"hours": times.hours, "minutes": times.minutes}
        pattern |= {"week_days": times.week_days, "month_days": times.month_days}
        if any(pattern.values()):
            found["schedule"] = {name: list(value) for name, value in pattern.items() if value}
    for name, moment in (("start_time", times.start_at), ("end_time", times.end_at)):
        if moment is not None:
            found[name] = moment.isoformat()
    return found | ({"time_zone": times.time_zone} if times.time_zone != "UTC" else {})


def _monitor(settings: MonitorSettings) -> dict[str, Any]:
    target = settings.target
    found: dict[str, Any] = {}
    if target.endpoint:
        deployment = f":{target.deployment}" if target.deployment else ""
        found["monitoring_target"] = {"endpoint_deployment_id": f"azureml:{target.endpoint}{deployment}"}
    else:
        found["dataset"] = target.dataset
        found |= {name: value for name in ("axis", "rows_per_window") if (value := getattr(target, name))}
    found["baseline"] = _baseline(settings.baseline)
    usual = MonitorSettings(target=target)
    for name in ("window_seconds", "delay_seconds", "label", "prediction", "least_rows", "most_rows"):
        if (value := getattr(settings, name)) != getattr(usual, name):
            found[name] = value
    found["monitoring_signals"] = {one.name: _signal(one) for one in settings.signals}
    if settings.emails:
        found["alert_notification"] = {"emails": list(settings.emails)}
    return found


def _baseline(baseline: Baseline) -> dict[str, Any]:
    return {"kind": baseline.kind, **msgspec.to_builtins(baseline)}


def _signal(one: SignalSettings) -> dict[str, Any]:
    found: dict[str, Any] = {"type": one.kind}
    if one.baseline is not None:
        found["reference_data"] = _reference(one.baseline)
    if one.features:
        found["features"] = list(one.features)
    elif one.top_features:
        found["features"] = {"top_n_feature_importance": one.top_features}
    if limits := _limits(one):
        found["metric_thresholds"] = limits
    if one.component:
        found["component_id"] = f"azureml:{one.component}"
    if one.inputs:
        found["inputs"] = dict(one.inputs)
    if one.segments:
        found["segments"] = list(one.segments)
    if one.false_alarm_rate != SignalSettings(name="", kind=one.kind).false_alarm_rate:
        found["false_alarm_rate"] = one.false_alarm_rate
    if not one.is_alerting:
        found["alert_enabled"] = False
    return found | ({"properties": dict(one.properties)} if one.properties else {})


def _reference(baseline: Baseline) -> dict[str, Any]:
    if baseline.kind == "dataset":
        return {"input_data": {"path": f"azureml:{baseline.dataset}", "type": "mltable"}}
    if baseline.kind == "training":
        return {"data_context": "training"}
    window = {"lookback_window_size": duration_of(baseline.length_seconds)}
    return {"data_window": window | {"lookback_window_offset": duration_of(baseline.offset_seconds)}}


def _limits(one: SignalSettings) -> Any:
    if one.kind == "custom":
        return [{"metric_name": name, "threshold": value} for name, value in one.metrics.items()]
    if one.kind in ("data_drift", "prediction_drift", "data_quality"):
        known = theirs_of(QUALITY if one.kind == "data_quality" else DRIFT)
        groups = {"numerical": one.numerical, "categorical": one.categorical}
        return {group: _named(limits, known) for group, limits in groups.items() if limits}
    if one.kind in ("model_performance", "estimated_performance"):
        return _performance(one.metrics)
    return dict(one.metrics)


def _performance(limits: Mapping[str, float]) -> dict[str, Any]:
    of_numbers = {"relative_absolute_error", "relative_squared_error", "coefficient_of_determination"}
    groups: dict[str, dict[str, float]] = {}
    for name, value in limits.items():
        is_number = name in REGRESSION.values() or name in of_numbers
        groups.setdefault("tabular_regression" if is_number else "tabular_classification", {})[name] = value
    return {
        group: _named(found, theirs_of(REGRESSION if group == "tabular_regression" else CLASSIFICATION))
        for group, found in groups.items()
    }


def _named(limits: Mapping[str, float], known: Mapping[str, str]) -> dict[str, float]:
    return {known.get(name, name): value for name, value in limits.items()}
