"""The short form of what a look found: every value and limit, without distributions, for charts over many looks."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from mlops.formats.monitor import Measured, MonitorFound, SignalFound


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of one metric, of a column (`feature`) or of the signal as a whole (empty)."""

    metric: str
    value: float | None
    feature: str = ""
    threshold: float | None = None
    is_alarm: bool = False
    low: float | None = None
    high: float | None = None


class SignalSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    kind: str
    state: str
    reason: str = ""
    magnitude: float | None = None
    threshold: float | None = None
    baseline_rows: int = 0
    current_rows: int = 0
    segment: str = ""
    contributions: dict[str, float] = {}
    """Column to its share, the largest first."""
    values: tuple[Value, ...] = ()


class LookSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    signals: tuple[SignalSummary, ...]
    warnings: tuple[str, ...] = ()


def summary_of(found: MonitorFound) -> LookSummary:
    return LookSummary(signals=tuple(_signal(one) for one in found.signals), warnings=found.warnings)


def _signal(one: SignalFound) -> SignalSummary:
    values = list(_values(one.measured, ""))
    for feature in one.features:
        values += _values(feature.measured, feature.feature)
    return SignalSummary(
        name=one.name,
        kind=one.kind,
        state=one.state,
        reason=one.reason,
        magnitude=one.magnitude,
        threshold=one.threshold,
        baseline_rows=one.baseline_rows,
        current_rows=one.current_rows,
        segment=one.segment,
        contributions={one.feature: one.contribution for one in one.features if one.contribution},
        values=tuple(values),
    )


def _values(measured: Iterable[Measured], feature: str) -> Iterable[Value]:
    for one in measured:
        yield Value(
            metric=one.metric,
            value=one.value,
            feature=feature,
            threshold=one.threshold,
            is_alarm=one.is_alarm,
            low=one.low,
            high=one.high,
        )
