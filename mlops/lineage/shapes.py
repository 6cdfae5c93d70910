"""How a column is spread, in a form that profiles of dataset versions and distributions of looks both give, and how far
two of them lie apart. Approximate: good enough to say which version moved, never to raise an alarm."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from mlops.formats.monitor import Distribution
from mlops.formats.profile import ColumnProfile, Histogram
from mlops.stats.profile import QUANTILES

PROBES = tuple((place + 0.5) / 50 for place in range(50))
CENTRAL = 3.29
"""Standard deviations between the 5th and the 95th percentile of a normal distribution."""


@dataclass(frozen=True)
class Spread:
    """One of `quantiles` (at PROBES) and `shares` (by value) is filled."""

    missing: float
    quantiles: tuple[float, ...] = ()
    shares: dict[str, float] = field(default_factory=dict)


def of_profile(column: ColumnProfile, *, kind: str) -> Spread | None:
    """None where the profile does not tell."""
    missing = column.missing_count / column.count if column.count else 0.0
    if kind == "categorical":
        counts = {value.value: value.count for value in column.top_values}
        return Spread(missing, shares=_shares(counts, column.not_missing_count)) if counts else None
    points = [(share, column.quantiles[key]) for key, share in QUANTILES.items() if key in column.quantiles]
    if points and isinstance(column.minimum, int | float) and isinstance(column.maximum, int | float):
        points = [(0.0, float(column.minimum)), *points, (1.0, float(column.maximum))]
        return Spread(missing, quantiles=tuple(_between(points, probe) for probe in PROBES))
    return Spread(missing, quantiles=_of_histogram(column.histogram)) if column.histogram else None


def of_distribution(found: Distribution, *, kind: str) -> Spread | None:
    missing = found.missing / found.rows if found.rows else 0.0
    if kind == "categorical":
        counts = {value.value: value.count for value in found.values}
        return Spread(missing, shares=_shares(counts, found.rows - found.missing)) if counts else None
    return Spread(missing, quantiles=_of_histogram(found.histogram)) if found.histogram else None


def distance(first: Spread, second: Spread) -> float:
    """Numbers: the mean distance of the quantiles in units of the first one's spread; values: half the sum of the
    differences of shares, 0-1. Missing values add the difference of their shares."""
    missing = abs(first.missing - second.missing)
    if first.quantiles and second.quantiles:
        apart = sum(abs(a - b) for a, b in zip(first.quantiles, second.quantiles, strict=True)) / len(PROBES)
        return apart / _width(first.quantiles) + missing
    names = {*first.shares, *second.shares}
    return sum(abs(first.shares.get(name, 0.0) - second.shares.get(name, 0.0)) for name in names) / 2 + missing


def middle(spread: Spread) -> float | None:
    return spread.quantiles[len(PROBES) // 2] if spread.quantiles else None


def _width(quantiles: Sequence[float]) -> float:
    width = (quantiles[-3] - quantiles[2]) / CENTRAL
    return width if width > 0 else max(abs(quantiles[len(quantiles) // 2]), 1.0) * 0.01


def _shares(counts: dict[str, int], rows: int) -> dict[str, float]:
    """What is not listed is one more value."""
    total = max(rows, sum(counts.values()), 1)
    found = {name: count / total for name, count in counts.items()}
    return found | {"": 1 - sum(found.values())}


def _of_histogram(histogram: Histogram) -> tuple[float, ...]:
    total = sum(histogram.counts)
    if not total:
        return ()
    points, below = [(0.0, histogram.edges[0])], 0
    for count, edge in zip(histogram.counts, histogram.edges[1:], strict=True):
        below += count
        points.append((below / total, edge))
    return tuple(_between(points, probe) for probe in PROBES)


def _between(points: Sequence[tuple[float, float]], share: float) -> float:
    """Linear between neighbours; shares ascend."""
    place = min(max(bisect_right([point[0] for point in points], share), 1), len(points) - 1)
    (low_share, low), (high_share, high) = points[place - 1], points[place]
    if high_share <= low_share:
        return high
    return low + (high - low) * (share - low_share) / (high_share - low_share)
