"""When an alarm goes on and off: pure, with some distance between the two, so that no value at its limit flaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from mlops.formats.monitor import Measured, SignalFound

SLACK = 0.1
"""An alarm goes off when the value is better than its limit by so much of the limit."""
DRIFT = ("data_drift", "prediction_drift", "multivariate_drift", "feature_attribution_drift")


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One signal, or one feature of it (`feature`), by one look. `is_on` None: this look cannot tell."""

    signal: str
    kind: str
    feature: str = ""
    is_on: bool | None
    metric: str = ""
    value: float | None = None
    threshold: float | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    judged: Judged
    goes_on: bool


def judged(found: SignalFound, *, is_on: Iterable[str]) -> list[Judged]:
    """The signal, then its features. `is_on`: which of them are alarmed now ("" is the signal). Segments are not judged
    apart: an alarm of one is the signal's."""
    on = set(is_on)
    whole = _signal(found, was_on="" in on)
    if found.state in ("failed", "too_little_data"):
        return [whole]
    rows = [whole]
    for feature in found.features:
        worst = _worst(feature.measured)
        if worst is None:
            continue
        rows.append(
            Judged(
                signal=found.name,
                kind=found.kind,
                feature=feature.feature,
                is_on=_decide(feature.measured, was_on=feature.feature in on),
                metric=worst.metric,
                value=worst.value,
                threshold=worst.threshold,
            )
        )
    return rows


def changes(rows: Sequence[Judged], *, is_on: Iterable[str]) -> list[Change]:
    on = set(is_on)
    return [
        Change(judged=row, goes_on=row.is_on)
        for row in rows
        if row.is_on is not None and row.is_on != (row.feature in on)
    ]


def is_drift(kind: str) -> bool:
    return kind in DRIFT


def _signal(found: SignalFound, *, was_on: bool) -> Judged:
    measured = (*found.measured, *(one for feature in found.features for one in feature.measured))
    worst = _worst(measured)
    state: bool | None = None
    if found.state == "alarm":
        state = True
    elif found.state == "fine":
        state = was_on and any(_is_near(one) for one in measured)
    return Judged(
        signal=found.name,
        kind=found.kind,
        is_on=state,
        metric=worst.metric if worst else "",
        value=found.magnitude if found.magnitude is not None else (worst.value if worst else None),
        threshold=found.threshold if found.threshold is not None else (worst.threshold if worst else None),
    )


def _decide(measured: Sequence[Measured], *, was_on: bool) -> bool:
    return any(one.is_alarm for one in measured) or (was_on and any(_is_near(one) for one in measured))


def _is_near(one: Measured) -> bool:
    """Beyond its limit, or within the slack of it."""
    if one.value is None or one.threshold is None:
        return False
    slack = SLACK * abs(one.threshold)
    if one.larger_is_worse:
        return one.value > one.threshold - slack
    return one.value < one.threshold + slack


def _worst(measured: Iterable[Measured]) -> Measured | None:
    """An alarmed one, else the one nearest to its limit."""
    known = [one for one in measured if one.value is not None]
    if not known:
        return None
    return max(known, key=lambda one: (one.is_alarm, _excess(one)))


def _excess(one: Measured) -> float:
    """How far beyond its limit, in limits."""
    if one.value is None or not one.threshold:
        return float("-inf")
    distance = (one.value - one.threshold) / abs(one.threshold)
    return distance if one.larger_is_worse else -distance
