"""Bins for numbers: by quantiles of the baseline for measures of counts, and of equal width for pictures."""

from __future__ import annotations

from typing import Any

from mlops.formats.profile import Histogram
from mlops.stats.drift.numbers import Numbers
from mlops.stats.histogram import MOST_BINS, even_edges

QUANTILE_BINS = 10
TAIL = 0.001
"""Of either side, outside which rows are drawn into the outermost bins, where they would stretch the others."""


def quantile_counts(baseline: Numbers, current: Numbers, bins: int = QUANTILE_BINS) -> tuple[Any, Any]:
    """Rows of both in bins that each hold about the same number of the baseline's rows; open at both ends; fewer
    bins where a value is more frequent than that. What lies below a frequent smallest value has a bin of its own."""
    import numpy as np

    inner = np.unique([baseline.quantile(place / bins) for place in range(1, bins)])
    if inner[0] == baseline.values[0]:
        inner = np.append(np.nextafter(inner[0], -np.inf), inner)
    return _between(baseline, inner), _between(current, inner)


def common_histograms(baseline: Numbers, current: Numbers, *, whole: bool) -> tuple[Histogram, Histogram]:
    """With the same edges, over the values of both. A thinned baseline's counts are off by no more than its bound."""
    import numpy as np

    sides = [numbers for numbers in (baseline, current) if numbers.rows]
    low, high = min(side.values[0] for side in sides), max(side.values[-1] for side in sides)
    inner_low = min(side.quantile(TAIL) for side in sides)
    inner_high = max(side.quantile(1 - TAIL) for side in sides)
    if high - low > 2 * (inner_high - inner_low) > 0:
        edges = np.linspace(inner_low, inner_high, MOST_BINS + 1)
        edges[0], edges[-1] = low, high
    else:
        edges = even_edges(float(low), float(high), MOST_BINS, whole=whole)
    return _histogram(baseline, edges), _histogram(current, edges)


def _histogram(numbers: Numbers, edges: Any) -> Histogram:
    upto = numbers.below(edges, inclusive=False)
    upto[-1] = numbers.below(edges[-1:], inclusive=True)[0]
    counts = upto[1:] - upto[:-1]
    return Histogram(edges=tuple(edges.tolist()), counts=tuple(counts.tolist()))


def _between(numbers: Numbers, inner: Any) -> Any:
    """Counts in (-inf, first], (first, second], …, (last, inf); float64."""
    import numpy as np

    return np.diff(numbers.below(inner, inclusive=True), prepend=0, append=numbers.rows).astype(np.float64)
