"""How far a measure would move if other rows had been drawn: the bootstrap (Efron and Tibshirani, 1993)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

RESAMPLES = 200
MOST_ROWS = 10_000


@dataclass(frozen=True)
class Spread:
    low: float
    high: float
    """At 95 %, by percentiles."""
    deviation: float


def spreads(measure: Callable[[Any, Any], dict[str, float]], rows: int, *, seed: int = 0) -> dict[str, Spread]:
    """`measure` is given numbers of rows, which repeat, and a generator of random numbers.

    Of more than 10,000 rows a resample has 10,000, and deviations are scaled by the root of the share (m out of n,
    Bickel et al., 1997). A measure that is not defined for most resamples has no spread."""
    import numpy as np

    generator = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {}
    size = min(rows, MOST_ROWS)
    for _resample in range(RESAMPLES):
        for key, value in measure(generator.integers(0, rows, size), generator).items():
            drawn.setdefault(key, []).append(value)
    scale = float(np.sqrt(size / rows))
    found = {}
    for key, values in drawn.items():
        if len(values) > RESAMPLES / 2:
            centre = float(np.mean(values))
            low, high = (centre + (float(bound) - centre) * scale for bound in np.percentile(values, [2.5, 97.5]))
            found[key] = Spread(low, high, float(np.std(values)) * scale)
    return found


def worse_by_chance(value: float, baseline: float, deviation: float, *, smaller_is_better: bool) -> float:
    """One-sided p-value that a measure is as much worse than the baseline's by chance; `deviation` is that of the
    difference, taken as normal."""
    from math import erfc, sqrt

    worse = value - baseline if smaller_is_better else baseline - value
    if deviation <= 0:
        return 0.0 if worse > 0 else 1.0
    return 0.5 * erfc(worse / deviation / sqrt(2))
