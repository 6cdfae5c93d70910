"""The limits of a signal of a monitorSchedule, by our names of metrics."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mlops.formats.azureml import monitor_metrics as metrics
from mlops.formats.azureml.lines import Path, Source
from mlops.formats.azureml.monitor_fields import known_fields
from mlops.formats.monitor import SignalKind
from mlops.formats.spoken import gettext as _


def limits_of(
    source: Source, at: Path, kind: SignalKind, given: Mapping[str, Any], task: str, warnings: list[str]
) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    limits = given.get("metric_thresholds")
    place: Path = (*at, "metric_thresholds")
    if not limits:
        return {}, {}, {}
    if kind == "custom":
        return {}, {}, _listed(source, place, limits)
    if not isinstance(limits, dict):
        raise source.refuse("mapping_expected", _("“metric_thresholds” must hold fields `name: value`."), at=place)
    if kind in ("data_drift", "prediction_drift", "data_quality"):
        known = metrics.QUALITY if kind == "data_quality" else metrics.DRIFT
        known_fields(source, place, limits, {"numerical", "categorical"}, "metric_thresholds")
        groups = [
            _mapped(source, (*place, group), limits.get(group), known, warnings)
            for group in ("numerical", "categorical")
        ]
        return groups[0], groups[1], {}
    if kind in ("model_performance", "estimated_performance"):
        return {}, {}, _performance(source, place, limits, task, warnings)
    return {}, {}, {str(name): _value(source, (*place, name), value) for name, value in limits.items()}


def _performance(
    source: Source, place: Path, limits: dict[str, Any], task: str, warnings: list[str]
) -> dict[str, float]:
    found: dict[str, float] = {}
    if not any(name in metrics.PERFORMANCE for name in limits):
        known = metrics.PERFORMANCE.get(task) or {**metrics.CLASSIFICATION, **metrics.REGRESSION}
        return _mapped(source, place, limits, {**_itself(known), **known}, warnings)
    for group in limits:
        if group not in metrics.PERFORMANCE:
            raise source.unknown(group, set(metrics.PERFORMANCE), at=place, kind="metric_thresholds")
        known = metrics.PERFORMANCE[group]
        found |= _mapped(source, (*place, group), limits[group], {**_itself(known), **known}, warnings)
    return found


def _itself(known: Mapping[str, str]) -> dict[str, str]:
    """Our own names are read as well, with all that Azure has no name for."""
    return {name: name for name in (*known.values(), *metrics.OURS_OF_PERFORMANCE)}


def _mapped(source: Source, at: Path, given: Any, known: Mapping[str, str], warnings: list[str]) -> dict[str, float]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise source.refuse(
            "mapping_expected", _("“%(at)s” must hold fields `metric: threshold`.") % {"at": at[-1]}, at=at
        )
    ours = {**{name: name for name in (*known.values(), *metrics.OURS_OF_COLUMNS)}, **known}
    found = {}
    for name, value in given.items():
        if name not in ours:
            raise source.unknown(str(name), set(ours), at=at, kind="metric_thresholds")
        number = _value(source, (*at, name), value)
        if name in metrics.SQUARED:
            warnings.append(f"“{name}” is limited by its root, {math.sqrt(max(0.0, number)):g}.")
            number = math.sqrt(max(0.0, number))
        if name in metrics.AS_EFFECT:
            warnings.append(f"The threshold of “{name}” is here on {metrics.AS_EFFECT[name]}.")
        found[ours[name]] = number
    return found


def _listed(source: Source, at: Path, limits: Any) -> dict[str, float]:
    """Of a custom signal: `- metric_name: x` with `threshold`, or a mapping."""
    if isinstance(limits, dict):
        return {str(name): _value(source, (*at, name), value) for name, value in limits.items()}
    found = {}
    for place, one in enumerate(limits if isinstance(limits, list) else ()):
        if not isinstance(one, dict) or "metric_name" not in one:
            raise source.refuse("field_missing", _("Each threshold needs “metric_name”."), at=(*at, place))
        limit = one.get("threshold")
        found[str(one["metric_name"])] = _value(source, (*at, place, "threshold"), limit)
    return found


def _value(source: Source, at: Path, value: Any) -> float:
    if isinstance(value, dict) and set(value) == {"threshold"}:
        value = value["threshold"]
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise source.refuse(
        "value_invalid",
        _("“%(value)s” is no number.") % {"value": value},
        at=at,
        hint=_("A threshold is a number such as 0.1."),
    )


def number(source: Source, at: Path, given: Mapping[str, Any], name: str, usual: float) -> float:
    return _value(source, (*at, name), given[name]) if name in given else usual
