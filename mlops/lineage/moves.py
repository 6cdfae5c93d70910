"""Which version of a dataset moved a column to where the window has it: versions compared by their profiles. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mlops.formats.monitor import FeatureFound
from mlops.formats.profile import ColumnProfile
from mlops.lineage.shapes import Spread, distance, of_distribution, of_profile

LEAST_EXPLAINED = 0.4


@dataclass(frozen=True)
class Moved:
    feature: str
    version: int
    before: int
    """The version that it was compared with: the one before."""
    explained: float
    """How much of the way from the baseline to the window the version went, 0-1."""
    was: Spread
    is_: Spread
    """In the version before and in this one."""


def moved_by(feature: FeatureFound, versions: Sequence[tuple[int, ColumnProfile]]) -> Moved | None:
    """`versions` by number, ascending, from that which fed the baseline on. The one with the largest step towards the
    window; None where none goes a good part of the way."""
    if feature.baseline is None or feature.current is None:
        return None
    start = of_distribution(feature.baseline, kind=feature.kind)
    goal = of_distribution(feature.current, kind=feature.kind)
    if start is None or goal is None:
        return None
    way = distance(start, goal)
    spreads = [(number, of_profile(profile, kind=feature.kind)) for number, profile in versions]
    known = [(number, spread) for number, spread in spreads if spread is not None]
    best: Moved | None = None
    for (before, was), (number, is_) in pairwise(known):
        gone = (distance(was, goal) - distance(is_, goal)) / way if way else 0.0
        explained = min(max(gone, 0.0), 1.0)
        if explained >= LEAST_EXPLAINED and (best is None or explained > best.explained):
            best = Moved(feature.feature, number, before, explained, was, is_)
    return best
