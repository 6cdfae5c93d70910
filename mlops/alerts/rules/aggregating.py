"""One number of a window of points."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mlops.alerts.metrics import Point


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
