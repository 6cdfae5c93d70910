"""The signals of a monitor's form: one block of fields a signal, numbered from 0, among them those that are not wanted.

What a block does not show (a baseline of its own, properties) travels with it as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import yaml
from django.utils.translation import gettext as _

from mlops.formats.azureml.lines import load
from mlops.formats.monitor import SignalKind, SignalSettings
from mlops.formats.refusal import Refusal, Where
from mlops.monitoring.metrics import known_metrics, measures_of

KINDS: tuple[SignalKind, ...] = (
    "data_drift",
    "data_quality",
    "prediction_drift",
    "model_performance",
    "estimated_performance",
    "multivariate_drift",
    "feature_attribution_drift",
    "custom",
)
GROUPS = ("numerical", "categorical", "metrics")
KEPT = ("baseline", "properties")


def typed_signals(signals: Sequence[SignalSettings], *, usual: Sequence[SignalSettings] = ()) -> dict[str, str]:
    """Those that are wanted, then one of each other kind to choose from, with limits of `usual` where it has one."""
    known = {one.kind: one for one in usual}
    kinds = {one.kind for one in signals}
    others = [known.get(kind, SignalSettings(name=kind, kind=kind)) for kind in KINDS if kind not in kinds]
    typed = {"signals": str(len(signals) + len(others))}
    for place, one in enumerate([*signals, *others]):
        typed |= _typed(place, one, is_on=place < len(signals))
    return typed


def signals_of(typed: Mapping[str, str]) -> tuple[SignalSettings, ...]:
    """Those that are ticked. Raises Refusal that names the field."""
    count = int(typed["signals"]) if typed.get("signals", "").isdecimal() else 0
    return tuple(_signal(typed, f"s{place}-") for place in range(min(count, 200)) if typed.get(f"s{place}-on"))


def blocks_of(typed: Mapping[str, str], *, task: str = "") -> list[dict[str, Any]]:
    """What the page shows of each signal: of measures of how right a model is those of its task, and those that have a
    limit already."""
    count = int(typed["signals"]) if typed.get("signals", "").isdecimal() else 0
    blocks = []
    for place in range(min(count, 200)):
        prefix = f"s{place}-"
        kind = typed.get(f"{prefix}kind", "")
        if kind not in KINDS:
            continue
        rest = _rest(typed.get(f"{prefix}rest", ""))
        blocks.append(
            {
                "prefix": prefix,
                "kind": kind,
                "on": bool(typed.get(f"{prefix}on")),
                "name": typed.get(f"{prefix}name", kind),
                "groups": [(group, _fit(_limits(typed, prefix, kind, group), kind, task)) for group in GROUPS],
                "features": typed.get(f"{prefix}features", ""),
                "top": typed.get(f"{prefix}top", ""),
                "segments": typed.get(f"{prefix}segments", ""),
                "rate": typed.get(f"{prefix}rate", "5"),
                "component": typed.get(f"{prefix}component", ""),
                "inputs": typed.get(f"{prefix}inputs", ""),
                "limits": typed.get(f"{prefix}limits", ""),
                "alerting": bool(typed.get(f"{prefix}alerting")),
                "rest": typed.get(f"{prefix}rest", ""),
                "baseline": rest.get("baseline"),
            }
        )
    return blocks


def _typed(place: int, one: SignalSettings, *, is_on: bool) -> dict[str, str]:
    prefix = f"s{place}-"
    rest = {name: value for name, value in msgspec.to_builtins(one).items() if name in KEPT}
    typed = {
        "on": "1" if is_on else "",
        "kind": one.kind,
        "name": one.name,
        "features": "\n".join(one.features),
        "top": str(one.top_features or ""),
        "segments": ", ".join(one.segments),
        "rate": f"{100 * one.false_alarm_rate:g}",
        "component": one.component,
        "inputs": yaml.safe_dump(one.inputs, allow_unicode=True, sort_keys=False) if one.inputs else "",
        "limits": "\n".join(f"{name}: {value:g}" for name, value in one.metrics.items())
        if one.kind == "custom"
        else "",
        "alerting": "1" if one.is_alerting else "",
        "rest": msgspec.json.encode(rest).decode() if rest else "",
    }
    for group in GROUPS if one.kind != "custom" else ():
        for metric, limit in getattr(one, group).items():
            typed[f"{group}-{metric}"] = f"{limit:g}"
    return {prefix + name: value for name, value in typed.items()}


def _signal(typed: Mapping[str, str], prefix: str) -> SignalSettings:
    def given(name: str) -> str:
        return typed.get(prefix + name, "").strip()

    kind = given("kind")
    if kind not in KINDS:
        raise Refusal("signal_unknown", _("“%(kind)s” is no signal.") % {"kind": kind})
    limits = {group: _numbers(typed, prefix, kind, group) for group in GROUPS}
    if kind == "custom":
        limits["metrics"] = _lines(given("limits"), prefix + "limits")
    top = _number(given("top"), prefix + "top") if given("top") else None
    settings = SignalSettings(
        name=given("name") or kind,
        kind=kind,
        numerical=limits["numerical"],
        categorical=limits["categorical"],
        metrics=limits["metrics"],
        features=tuple(one.strip() for one in given("features").splitlines() if one.strip()),
        top_features=int(top) if top is not None else None,
        segments=tuple(one.strip() for one in given("segments").split(",") if one.strip()),
        false_alarm_rate=_share(given("rate") or "5", prefix + "rate"),
        component=given("component"),
        inputs=_inputs(given("inputs"), prefix + "inputs"),
        is_alerting=bool(given("alerting")),
    )
    rest = msgspec.convert({"name": settings.name, "kind": kind, **_rest(given("rest"))}, SignalSettings)
    return msgspec.structs.replace(settings, **{name: getattr(rest, name) for name in KEPT})


def _limits(typed: Mapping[str, str], prefix: str, kind: Any, group: str) -> list[tuple[str, str, str]]:
    """(field's name, metric, what was typed) of each that the kind knows."""
    known = known_metrics(kind, group) or ()
    return [(f"{prefix}{group}-{one}", one, typed.get(f"{prefix}{group}-{one}", "")) for one in known]


def _fit(limits: list[tuple[str, str, str]], kind: str, task: str) -> list[tuple[str, str, str]]:
    if kind not in ("model_performance", "estimated_performance"):
        return limits
    fit = measures_of(task)
    return [(name, metric, text) for name, metric, text in limits if metric in fit or text]


def _numbers(typed: Mapping[str, str], prefix: str, kind: Any, group: str) -> dict[str, float]:
    return {metric: _number(text, name) for name, metric, text in _limits(typed, prefix, kind, group) if text.strip()}


def _lines(text: str, name: str) -> dict[str, float]:
    """`metric: limit`, one a line."""
    found = {}
    for line in text.splitlines():
        metric, _colon, limit = line.partition(":")
        if metric.strip():
            found[metric.strip()] = _number(limit, name)
    return found


def _inputs(text: str, name: str) -> dict[str, Any]:
    try:
        found = load(name, text).value if text else {}
    except Refusal:
        found = None
    if isinstance(found, dict):
        return {str(key): value for key, value in found.items()}
    message = _("The component's inputs cannot be read.")
    raise Refusal("inputs_invalid", message, hint=_("Write `name: value`, one a line."), where=Where(parameter=name))


def _number(text: str, name: str) -> float:
    try:
        found = float(text.strip())
    except ValueError:
        found = math.nan
    if math.isfinite(found):
        return found
    message = _("“%(text)s” is no number.") % {"text": text.strip()}
    raise Refusal("number_expected", message, hint=_("Such as 0.1, with a point."), where=Where(parameter=name))


def _share(text: str, name: str) -> float:
    """Of what is typed in percent, as the page shows it."""
    found = _number(text, name)
    if 0 < found < 100:
        return found / 100
    message = _("The rate of false alarms must lie between 0 and 100 %.")
    raise Refusal("rate_invalid", message, hint=_("Such as 5."), status=422, where=Where(parameter=name))


def _rest(text: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text) if text else {}
    except msgspec.DecodeError:
        return {}
    return {name: found[name] for name in KEPT if name in found} if isinstance(found, dict) else {}
