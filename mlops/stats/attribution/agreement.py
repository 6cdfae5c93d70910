"""Agreement of two orders of features: normalized discounted cumulative gain, as Azure ML defines it.

Features are put in the order of their attributions in the window; each is worth its attribution in the baseline,
divided by log2(place + 1). The sum is divided by the largest possible one, that of the baseline's own order: 1 the same
order, less where features that mattered have become unimportant."""

from __future__ import annotations

from collections.abc import Mapping


def normalized_discounted_cumulative_gain(baseline: Mapping[str, float], current: Mapping[str, float]) -> float:
    """By feature, attributions of 0 or more; both have the same features. 1 where the baseline has none above 0."""
    ideal = _gain(sorted(baseline.values(), reverse=True))
    order = sorted(baseline, key=lambda name: (-current[name], name))
    return _gain([baseline[name] for name in order]) / ideal if ideal else 1.0


def _gain(worth: list[float]) -> float:
    from math import log2

    return sum(value / log2(place + 2) for place, value in enumerate(worth))
