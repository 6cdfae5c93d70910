"""The signals of a monitorSchedule: data, baseline, columns and limits of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.azureml.monitor_data import Data, baseline_of, datas_of, target_of
from mlops.formats.azureml.monitor_fields import checked, known_fields
from mlops.formats.azureml.monitor_limits import limits_of, number
from mlops.formats.monitor import Baseline, SignalKind, SignalSettings, Target
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _

KINDS: dict[str, SignalKind] = {
    "data_drift": "data_drift",
    "prediction_drift": "prediction_drift",
    "data_quality": "data_quality",
    "feature_attribution_drift": "feature_attribution_drift",
    "model_performance": "model_performance",
    "custom": "custom",
    "multivariate_drift": "multivariate_drift",
    "estimated_performance": "estimated_performance",
}
ELSEWHERE = ("generation_safety_quality", "generation_token_statistics")
OURS = {"false_alarm_rate", "segments"}
SIGNAL = {
    "type", "production_data", "reference_data", "features", "metric_thresholds", "alert_enabled", "properties",
    "component_id", "inputs", "input_data", "data_segment", "feature_importance_settings", "compute", *OURS,
}  # fmt: skip
DEFAULT_SIGNALS = (
    SignalSettings(name="data_drift", kind="data_drift"),
    SignalSettings(name="prediction_drift", kind="prediction_drift"),
    SignalSettings(name="data_quality", kind="data_quality"),
)
"""Azure's, where a file names none."""


class ReadSignals(msgspec.Struct, frozen=True, kw_only=True):
    """`target`: what production_data names, where the monitor itself names no endpoint. `baseline`: the first one that
    a signal names; others that differ are kept with their signals."""

    signals: tuple[SignalSettings, ...]
    target: Target | None = None
    baseline: Baseline | None = None
    window_seconds: float = 0.0
    delay_seconds: float = 0.0
    label: str = ""
    prediction: str = ""
    warnings: tuple[str, ...] = ()


def read_signals(source: Source, task: str, target: Target, *, has_baseline: bool) -> ReadSignals:
    """`task`: tabular_classification, tabular_regression or empty. `has_baseline`: the monitor names one itself."""
    root: Path = ("create_monitor", "monitoring_signals")
    warnings: list[str] = []
    signals: list[SignalSettings] = []
    windows: list[Data] = []
    references: list[Baseline | None] = []
    columns: dict[str, str] = {}
    for name in fields(source, root):
        at: Path = (*root, name)
        given = checked(source, at, SIGNAL, "a signal")
        kind = _kind(source, at, given)
        now = datas_of(source, at, given, "production_data", warnings)
        then = datas_of(source, at, given, "reference_data", warnings)
        windows += now
        for one in (*now, *then):
            columns |= one.columns
        references.append(baseline_of(now, then))
        signals.append(_signal(source, at, name, kind, given, task, warnings))
    first = None if has_baseline else next((one for one in references if one is not None), None)
    signals = [
        msgspec.structs.replace(signal, baseline=one if one not in (None, first) else None)
        for signal, one in zip(signals, references, strict=True)
    ]
    sizes = {one.size for one in windows if one.size is not None}
    offsets = {one.offset for one in windows if one.offset is not None}
    if len(sizes) > 1 or len(offsets) > 1:
        warnings.append("The signals have windows of different lengths: here they share one, the longest.")
    return ReadSignals(
        signals=tuple(signals),
        target=target_of(windows, columns) if not target.endpoint and not target.dataset else None,
        baseline=first,
        window_seconds=max(sizes, default=0.0),
        delay_seconds=max(offsets, default=0.0),
        label=columns.get("target_column", ""),
        prediction=columns.get("prediction_column", ""),
        warnings=tuple(warnings),
    )


def _kind(source: Source, at: Path, given: Mapping[str, Any]) -> SignalKind:
    asked = str(given.get("type") or "")
    if asked in KINDS:
        return KINDS[asked]
    hint = nearest(asked, KINDS) or (_("One of: %(names)s.") % {"names": ", ".join(KINDS)})
    if asked in ELSEWHERE:
        hint = _("It is about language models. A custom signal can measure what a component of yours measures.")
    where = (*at, "type") if "type" in given else at
    raise source.refuse(
        "value_invalid", _("“%(asked)s” is no type of a signal.") % {"asked": asked}, at=where, hint=hint
    )


def _signal(
    source: Source, at: Path, name: str, kind: SignalKind, given: Mapping[str, Any], task: str, warnings: list[str]
) -> SignalSettings:
    numerical, categorical, whole = limits_of(source, at, kind, given, task, warnings)
    features, top = _features(source, at, given)
    for left in ("compute", "feature_importance_settings", "input_data"):
        if given.get(left):
            warnings.append(f"“{name}”: “{left}” has no meaning here and is left out.")
    component = str(given.get("component_id") or "").removeprefix("azureml:")
    if kind == "custom" and not component:
        raise source.refuse(
            "field_missing", _("The custom signal “%(name)s” needs “component_id”.") % {"name": name}, at=at
        )
    segment = dict(given.get("data_segment") or {}).get("feature_name")
    return SignalSettings(
        name=name,
        kind=kind,
        numerical=numerical,
        categorical=categorical,
        metrics=whole,
        features=features,
        top_features=top,
        component=component,
        inputs={key: _input(value) for key, value in dict(given.get("inputs") or {}).items()},
        segments=tuple(str(one) for one in given.get("segments") or ([segment] if segment else ())),
        false_alarm_rate=number(source, at, given, "false_alarm_rate", 0.05),
        is_alerting=given.get("alert_enabled") is not False,
        properties={str(key): str(value) for key, value in dict(given.get("properties") or {}).items()},
    )


def _features(source: Source, at: Path, given: Mapping[str, Any]) -> tuple[tuple[str, ...], int | None]:
    asked = given.get("features")
    if asked is None or asked == "all_features":
        return (), None
    if isinstance(asked, list):
        return tuple(str(one) for one in asked), None
    place: Path = (*at, "features")
    if isinstance(asked, dict):
        known_fields(source, place, asked, {"top_n_feature_importance"}, "features")
        top = asked.get("top_n_feature_importance")
        if isinstance(top, int) and top > 0:
            return (), top
    hint = _("A list of names, all_features, or top_n_feature_importance: 10.")
    raise source.refuse("value_invalid", _("These features cannot be read."), at=place, hint=hint)


def _input(given: Any) -> Any:
    if isinstance(given, dict) and "path" in given:
        return str(given["path"]).removeprefix("azureml:")
    return given
