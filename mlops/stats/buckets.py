"""Quantiles of values that were only counted in buckets."""

from __future__ import annotations

from collections.abc import Sequence


def bucket_quantile(counts: Sequence[int], bounds: Sequence[float], share: float) -> float | None:
    """Linear within the bucket; the open last bucket counts as its lower bound. None without values.

    `bounds`: the upper bound of each bucket but the last."""
    total, below = sum(counts), 0
    if not total:
        return None
    for place, count in enumerate(counts):
        if count and below + count >= share * total:
            low = bounds[place - 1] if place else 0.0
            high = bounds[place] if place < len(bounds) else low
            return low + (high - low) * (share * total - below) / count
        below += count
    return bounds[-1]
