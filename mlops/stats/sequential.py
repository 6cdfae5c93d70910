"""Comparisons that may be looked at after every request, and stopped at any of them: confidence sequences.

A fixed-sample test that is looked at again and again errs far more often than it says. The bounds here hold at all
times at once with probability 1 - alpha (Robbins, 1970; Johari et al., "Always Valid Inference", 2022)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

FEWEST_VALUES = 30
"""Below it a mean's variance is not known well enough."""
_TUNED_AT = 300.0
"""The bounds of a mean are narrowest at about this number of values."""
_STEPS = 40


class Interval(NamedTuple):
    low: float
    high: float


class Rate(NamedTuple):
    """So many of the trials were events."""

    events: int
    trials: int

    @property
    def share(self) -> float:
        return self.events / self.trials if self.trials else 0.0


class Moments(NamedTuple):
    """Of reported values: how many, their sum and the sum of their squares."""

    number: int = 0
    total: float = 0.0
    squares: float = 0.0

    @property
    def mean(self) -> float:
        return self.total / self.number if self.number else 0.0

    @property
    def variance(self) -> float:
        if self.number < 2:
            return 0.0
        return max(self.squares - self.total**2 / self.number, 0.0) / (self.number - 1)

    @property
    def is_yes_or_no(self) -> bool:
        """Whether all values were 0 or 1: of these alone the squares add up to the values."""
        return self.total >= 0 and self.total == int(self.total) and self.squares == self.total


def log_evidence(rate: Rate, share: float) -> float:
    """Against `share` as the true rate: the log of the likelihood under a Beta(1/2, 1/2) mixture over the likelihood
    under `share`. Under it a martingale, which ever reaches log(1/alpha) with probability at most alpha
    (Ville's inequality; Howard et al., Annals of Statistics 2021, beta-binomial mixture)."""
    hits, misses = rate.events, rate.trials - rate.events
    if (hits and share <= 0) or (misses and share >= 1):
        return math.inf
    mixture = math.lgamma(hits + 0.5) + math.lgamma(misses + 0.5) - math.lgamma(rate.trials + 1) - math.log(math.pi)
    return mixture - (hits * math.log(share) if hits else 0.0) - (misses * math.log1p(-share) if misses else 0.0)


def difference_evidence(a: Rate, b: Rate, difference: float) -> float:
    """Against rate(a) - rate(b) = `difference`: the product of both arms' evidence at the pair of rates that fits
    best. It is below the product at the true pair, so it is as safe (universal inference, Wasserman et al., 2020)."""
    low, high = max(0.0, -difference), min(1.0, 1.0 - difference)
    return _smallest(lambda share: log_evidence(a, share + difference) + log_evidence(b, share), low, high)


def difference_interval(a: Rate, b: Rate, alpha: float) -> Interval:
    """Of rate(a) - rate(b), exact at any number of trials."""
    wanted, centre = -math.log(alpha), a.share - b.share
    low = _edge(lambda d: difference_evidence(a, b, d) >= wanted, -1.0, centre)
    high = _edge(lambda d: difference_evidence(a, b, d) >= wanted, 1.0, centre)
    return Interval(low, high)


def is_above(a: Rate, b: Rate, *, by: float, alpha: float) -> bool:
    """Whether rate(a) - rate(b) > `by` is shown."""
    return a.share - b.share > by and difference_evidence(a, b, by) >= -math.log(alpha)


def is_below(a: Rate, b: Rate, *, by: float, alpha: float) -> bool:
    """Whether rate(a) - rate(b) < `by` is shown."""
    return a.share - b.share < by and difference_evidence(a, b, by) >= -math.log(alpha)


def quantile_interval(counts: Sequence[int], bounds: Sequence[float], *, share: float, alpha: float) -> Interval:
    """Of a quantile, from a histogram with one more bucket than `bounds`: two of the bounds, or 0 and infinity.

    How many values lie above a bound is a rate. As these numbers fall from bound to bound, the lower and the upper
    edge each err with the probability of one test (Howard and Ramdas, Bernoulli 2022)."""
    total, wanted, above = sum(counts), -math.log(alpha / 2), sum(counts)
    low, high = 0.0, math.inf
    for bound, count in zip(bounds, counts, strict=False):
        above -= count
        rate = Rate(above, total)
        if not total or log_evidence(rate, 1 - share) < wanted:
            continue
        if rate.share > 1 - share:
            low = bound
        else:
            return Interval(low, bound)
    return Interval(low, high)


def mean_difference_interval(a: Moments, b: Moments, alpha: float) -> Interval | None:
    """Of mean(a) - mean(b); None while there are too few values or they do not vary.

    Values that are 0 or 1 are compared exactly, others by an asymptotic confidence sequence: a normal mixture over
    each arm's mean with its variance as estimated (Waudby-Smith et al., Annals of Statistics 2024)."""
    if min(a.number, b.number) < FEWEST_VALUES:
        return None
    if a.is_yes_or_no and b.is_yes_or_no:
        return difference_interval(Rate(int(a.total), a.number), Rate(int(b.total), b.number), alpha)
    if not a.variance + b.variance:
        return None
    tuned = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / _TUNED_AT
    spread = sum(2 * one.variance * (one.number * tuned + 1) / (one.number**2 * tuned) for one in (a, b))
    growth = sum(math.log(one.number * tuned + 1) / 2 for one in (a, b))
    half = math.sqrt(spread * (growth - math.log(alpha)))
    return Interval(a.mean - b.mean - half, a.mean - b.mean + half)


def _smallest(value: Callable[[float], float], low: float, high: float) -> float:
    """Of a convex function, by golden section."""
    golden = (math.sqrt(5) - 1) / 2
    left, right = high - golden * (high - low), low + golden * (high - low)
    at_left, at_right = value(left), value(right)
    for _ in range(_STEPS):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            at_left = value(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            at_right = value(right)
    return min(at_left, at_right)


def _edge(is_outside: Callable[[float], bool], outer: float, inner: float) -> float:
    """Where `is_outside` begins to hold on the way from `inner` to `outer`; `outer` where it never does."""
    if not is_outside(outer):
        return outer
    for _ in range(_STEPS):
        middle = (outer + inner) / 2
        if is_outside(middle):
            outer = middle
        else:
            inner = middle
    return outer
