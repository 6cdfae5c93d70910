"""Points of a window, and one number of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime

from mlops.alerts.metrics import Point


def within(points: Sequence[Point], start: datetime, end: datetime, *, holds: bool) -> Sequence[Point]:
    """Those of (start, end], in the order of time. Of values that hold at least the last one before."""
    low = bisect_right(points, start, key=lambda one: one.at)
    high = bisect_right(points, end, key=lambda one: one.at)
    return points[max(0, high - 1) if holds and low == high else low : high]


def aggregate(points: Sequence[Point], how: str) -> float | None:
    """None of no points, or of a mean without weight. `how` is a key of AGGREGATIONS."""
    return AGGREGATIONS[how](points) if points else None


def _mean(points: Sequence[Point]) -> float | None:
    weight = sum(one.weight for one in points)
    return sum(one.value * one.weight for one in points) / weight if weight else None


AGGREGATIONS: dict[str, Callable[[Sequence[Point]], float | None]] = {
    "mean": _mean,
    "max": lambda points: max(one.value for one in points),
    "min": lambda points: min(one.value for one in points),
    "sum": lambda points: sum(one.value for one in points),
    "last": lambda points: points[-1].value,
}
