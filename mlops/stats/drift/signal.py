"""Compared columns as one signal: limits, false alarms kept at the stated rate, magnitude, contributions, ranking.

An alarm needs a value over its limit and a test that holds over all columns (`chance`). The magnitude is the value of
the most drifted column in multiples of its limit: 1 is the limit. What chance explains counts as at most 1, so that the
magnitude passes 1 exactly where there is an alarm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlops.formats.monitor import FeatureFound, Measured, SignalFound, SignalSettings
from mlops.stats.drift.chance import holm
from mlops.stats.drift.feature import JS, KS, Compared, Drifted

USUAL_NUMERICAL = {KS: 0.1}
USUAL_CATEGORICAL = {JS: 0.1}
MOST_MAGNITUDE = 1_000.0


@dataclass(frozen=True)
class Limits:
    numerical: dict[str, float]
    categorical: dict[str, float]
    false_alarm_rate: float
    parts: int = 1
    """How many sets of rows (the whole and its segments) share the rate."""

    def of(self, compared: Compared) -> dict[str, float]:
        if not compared.is_judged:
            return {}
        return self.numerical if compared.kind == "numerical" else self.categorical


def limits_of(settings: SignalSettings, *, parts: int = 1) -> Limits:
    return Limits(
        numerical=settings.numerical or USUAL_NUMERICAL,
        categorical=settings.categorical or USUAL_CATEGORICAL,
        false_alarm_rate=settings.false_alarm_rate,
        parts=parts,
    )


def columns_found(
    settings: SignalSettings, columns: Sequence[Compared], limits: Limits, *, verb: str = "drifted"
) -> SignalFound:
    """Rows, sampling and segment are the caller's to add. `verb`: what columns with an alarm did."""
    adjusted = _adjusted(columns, limits)
    ratios = [_ratio(compared, limits, adjusted) for compared in columns]
    total = sum(ratio for ratio, is_chance in ratios if not is_chance)
    features = [
        FeatureFound(
            feature=compared.feature,
            kind=compared.kind,
            measured=_measured(compared, limits, adjusted),
            contribution=0.0 if is_chance or not total else ratio / total,
            baseline=compared.baseline,
            current=compared.current,
        )
        for compared, (ratio, is_chance) in zip(columns, ratios, strict=True)
    ]
    order = sorted(range(len(features)), key=lambda place: (-features[place].contribution, -ratios[place][0]))
    ranked = tuple(features[place] for place in order)
    alarmed = [feature for feature in ranked if any(measured.is_alarm for measured in feature.measured)]
    return SignalFound(
        name=settings.name,
        kind=settings.kind,
        state="alarm" if alarmed else "fine",
        reason=_reason(ranked, alarmed, verb),
        magnitude=max((ratio for ratio, _ in ratios), default=None),
        threshold=1.0,
        features=ranked,
    )


def _adjusted(columns: Sequence[Compared], limits: Limits) -> dict[tuple[str, str], float]:
    """By column and test: every test that a limit rests on is one of the family."""
    p_values: dict[tuple[str, str], float] = {}
    for compared in columns:
        for metric in limits.of(compared):
            drifted = compared.metrics.get(metric)
            if drifted is not None and drifted.p_value is not None:
                p_values[compared.feature, drifted.test] = drifted.p_value
    return dict(zip(p_values, holm(list(p_values.values()), parts=limits.parts), strict=True))


def _ratio(compared: Compared, limits: Limits, adjusted: dict[tuple[str, str], float]) -> tuple[float, bool]:
    """The largest value in multiples of its limit, and whether chance explains it."""
    if compared.is_gone:
        return MOST_MAGNITUDE, False
    largest, is_chance = 0.0, True
    for metric, limit in limits.of(compared).items():
        drifted = compared.metrics.get(metric)
        if drifted is None or drifted.value is None:
            continue
        ratio = min(drifted.value / limit, MOST_MAGNITUDE) if limit > 0 else MOST_MAGNITUDE * (drifted.value > 0)
        if _is_chance(compared, drifted, limits, adjusted):
            largest = max(largest, min(ratio, 1.0))
        else:
            largest, is_chance = max(largest, ratio), False
    return largest, is_chance


def _is_chance(compared: Compared, drifted: Drifted, limits: Limits, adjusted: dict[tuple[str, str], float]) -> bool:
    return adjusted.get((compared.feature, drifted.test), 0.0) > limits.false_alarm_rate


def _measured(compared: Compared, limits: Limits, adjusted: dict[tuple[str, str], float]) -> tuple[Measured, ...]:
    """Those with a limit first."""
    with_limit = limits.of(compared)
    if not compared.metrics:
        return tuple(
            Measured(metric=metric, value=None, threshold=limit, is_alarm=compared.is_gone, note=compared.note)
            for metric, limit in with_limit.items()
        )
    found = []
    for metric in (*with_limit, *(name for name in compared.metrics if name not in with_limit)):
        drifted = compared.metrics.get(metric)
        if drifted is None:
            continue
        limit = with_limit.get(metric)
        is_over = limit is not None and drifted.value is not None and drifted.value > limit
        is_chance = _is_chance(compared, drifted, limits, adjusted)
        explained = "over the limit, but chance explains it" if is_over and is_chance else ""
        found.append(
            Measured(
                metric=metric,
                value=drifted.value,
                threshold=limit,
                is_alarm=is_over and not is_chance,
                statistic=drifted.statistic,
                p_value=drifted.p_value,
                adjusted_p_value=adjusted.get((compared.feature, drifted.test)),
                baseline=drifted.baseline,
                note=drifted.note or compared.note or explained,
            )
        )
    return tuple(found)


def _reason(ranked: Sequence[FeatureFound], alarmed: Sequence[FeatureFound], verb: str) -> str:
    if not ranked:
        return "There is no column to compare."
    if not alarmed:
        return f"None of {len(ranked)} columns is over its limit by more than chance explains."
    first = next(measured for measured in alarmed[0].measured if measured.is_alarm)
    most = f"{alarmed[0].feature}: " + (
        f"{first.metric} {first.value:.3g}, limit {first.threshold:.3g}" if first.value is not None else first.note
    )
    return f"{len(alarmed)} of {len(ranked)} columns {verb}, most of all {most}."
