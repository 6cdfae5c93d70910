"""Agreement of two orders of features: normalized discounted cumulative gain, as Azure ML defines it.

Features are put in the order of their attributions in the window; each is worth its attribution in the baseline,
divided by log2(place + 1). The sum is divided by the largest possible one, that of the baseline's own order: 1 the same
order, less where features that mattered have become unimportant."""

from __future__ import annotations

from typing import Any


def normalized_discounted_cumulative_gain(baseline: Any, current: Any) -> float:
    """[features] each, 0 or more. 1 where the baseline has none above 0."""
    import numpy as np

    discount = 1 / np.log2(np.arange(baseline.size) + 2)
    ideal = float(np.sort(baseline)[::-1] @ discount)
    order = np.argsort(-current, kind="stable")
    return float(baseline[order] @ discount) / ideal if ideal else 1.0


def shares(sizes: Any) -> Any:
    """Sum 1, or all 0 where nothing matters."""
    total = sizes.sum()
    return sizes / total if total else sizes


def least_by_chance(agreements: Any, rate: float) -> float:
    """The agreement below which only this share of windows like the baseline lies, from those of some; beyond what so
    few can tell, that of a normal distribution if it is lower."""
    from statistics import NormalDist

    import numpy as np

    found = np.asarray(agreements, dtype=float)
    if rate * found.size >= 1:
        return float(np.quantile(found, rate))
    normal = float(found.mean()) + NormalDist().inv_cdf(rate) * float(found.std())
    return min(normal, float(found.min()))
