"""Measures of two rows of counts over the same bins or values.

- population_stability_index: sum of (q - p) ln(q / p). A share of nothing counts as half a row, at least 0.0001.
- jensen_shannon_distance: the root of the divergence to base 2; 0 the same, 1 nothing in common
  (scipy.spatial.distance.jensenshannon(p, q, base=2)).
- euclidean_distance of the shares.
- chi_squared: Pearson's statistic of homogeneity, with Cramér's V as its effect size, 0-1
  (scipy.stats.chi2_contingency(correction=False), scipy.stats.contingency.association)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SMALLEST_SHARE = 1e-4
LEAST_EXPECTED = 5.0


def population_stability_index(baseline: Any, current: Any) -> float:
    import numpy as np

    p, q = _at_least(baseline), _at_least(current)
    return float(((q - p) * np.log(q / p)).sum())


def jensen_shannon_distance(baseline: Any, current: Any) -> float:
    import numpy as np

    p, q = baseline / baseline.sum(), current / current.sum()
    middle = (p + q) / 2
    divergence = (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2
    return float(np.sqrt(max(divergence / np.log(2), 0.0)))


def euclidean_distance(baseline: Any, current: Any) -> float:
    import numpy as np

    return float(np.sqrt(np.square(baseline / baseline.sum() - current / current.sum()).sum()))


@dataclass(frozen=True)
class ChiSquared:
    statistic: float
    degrees_of_freedom: int
    cramers_v: float


def chi_squared(baseline: Any, current: Any) -> ChiSquared:
    """Of all cells as they are; bins that are empty in both are left out."""
    import numpy as np

    seen = (baseline + current) > 0
    table = np.array([baseline[seen], current[seen]], dtype=np.float64)
    total = table.sum()
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / total
    statistic = float((np.square(table - expected) / expected).sum())
    return ChiSquared(statistic, max(int(seen.sum()) - 1, 0), float(np.sqrt(min(statistic / total, 1.0))))


def pooled(baseline: Any, current: Any) -> tuple[Any, Any]:
    """The counts with rare values put together, so that each cell is expected to have at least 5 rows in both sets:
    below that the chi-squared distribution is no longer that of the statistic (Cochran, 1954)."""
    import numpy as np

    together = baseline + current
    share = min(baseline.sum(), current.sum()) / max(together.sum(), 1)
    order = np.argsort(together, kind="stable")
    rare = together * share < LEAST_EXPECTED
    if not rare.any():
        return baseline, current
    fewest = int(rare.sum())
    while fewest < together.size and together[order[:fewest]].sum() * share < LEAST_EXPECTED:
        fewest += 1
    merged, kept = order[:fewest], order[fewest:]
    return (
        np.append(baseline[kept], baseline[merged].sum()),
        np.append(current[kept], current[merged].sum()),
    )


def _relative_entropy(p: Any, q: Any) -> float:
    import numpy as np

    seen = p > 0
    return float((p[seen] * np.log(p[seen] / q[seen])).sum())


def _at_least(counts: Any) -> Any:
    import numpy as np

    total = counts.sum()
    return np.where(counts > 0, counts / total, max(0.5 / total, SMALLEST_SHARE))
