"""Values with how many rows have them: all of them, or the most frequent and the rest as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MOST_READ = 100_000
"""Different values that are told apart where rows are read."""
MOST_KEPT = 10_000
"""Of a thinned distribution."""


@dataclass(frozen=True)
class Categories:
    """Most frequent first. `other`: rows with values that are not listed, of `unlisted` different values."""

    counts: dict[str, int]
    other: int = 0
    unlisted: int = 0
    single: int = 0
    """Values that one row has: what the chance of a value never seen before follows from (Good, 1953)."""

    @property
    def rows(self) -> int:
        return sum(self.counts.values()) + self.other

    @property
    def unique(self) -> int:
        return len(self.counts) + self.unlisted


def thinned(categories: Categories, most: int = MOST_KEPT) -> Categories:
    """The `most` frequent values, and the rest as one. They were chosen by their count here, so elsewhere they are less
    frequent even where nothing changed: such columns are shown and not judged."""
    if len(categories.counts) <= most:
        return categories
    kept = dict(list(categories.counts.items())[:most])
    return Categories(
        counts=kept,
        other=categories.rows - sum(kept.values()),
        unlisted=categories.unique - most,
        single=categories.single,
    )


def aligned(baseline: Categories, current: Categories) -> tuple[tuple[str, ...], Any, Any]:
    """Values of either and both's counts of them, float64; the last is without a name where either has unlisted ones.

    `current` must list what the baseline lists."""
    import numpy as np

    names = tuple(baseline.counts)
    if not baseline.other:
        names += tuple(name for name in current.counts if name not in baseline.counts)
    here = np.array([current.counts.get(name, 0) for name in names], dtype=np.float64)
    there = np.array([baseline.counts.get(name, 0) for name in names], dtype=np.float64)
    rest = current.rows - here.sum()
    if not baseline.other and not rest:
        return names, there, here
    return (*names, ""), np.append(there, baseline.other), np.append(here, rest)
