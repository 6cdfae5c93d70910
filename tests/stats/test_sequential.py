"""Confidence sequences hold at every look, and see what is there to be seen."""

from __future__ import annotations

import math
import random

import pytest

from mlops.stats.sequential import (
    Moments,
    Rate,
    difference_evidence,
    difference_interval,
    is_above,
    log_evidence,
    mean_difference_interval,
    quantile_interval,
)

BOUNDS = (0.01, 0.02, 0.05, 0.1)


def test_the_evidence_is_the_mixture_over_the_likelihood():
    """Two trials, one event: the Beta(1/2, 1/2) mixture gives 1/8 to each order, a rate of 1/4 gives 3/16."""
    assert math.exp(log_evidence(Rate(1, 2), 0.25)) == pytest.approx((1 / 8) / (3 / 16))


def test_the_interval_of_a_difference_holds_it_and_narrows():
    few, many = (difference_interval(Rate(2 * n, 10 * n), Rate(n, 10 * n), 0.05) for n in (10, 1000))
    assert few.low < many.low < 0.1 < many.high < few.high


def test_the_interval_ends_where_the_evidence_reaches_one_in_alpha():
    a, b = Rate(40, 400), Rate(10, 900)
    interval = difference_interval(a, b, 0.01)
    for edge in interval:
        assert difference_evidence(a, b, edge) == pytest.approx(math.log(100), abs=1e-6)


@pytest.mark.parametrize("share", [0.001, 0.02, 0.3])
def test_equal_rates_are_seldom_called_different_whenever_one_looks(share):
    chance = random.Random(7)
    alarms = sum(_ever_above(chance, mine=share, its=share, by=0.0, looks=60, each=50) for _ in range(200))
    assert alarms <= 0.05 * 200


def test_a_rate_beyond_the_tolerance_is_found_and_one_within_is_not():
    chance = random.Random(8)
    found = sum(_ever_above(chance, mine=0.06, its=0.01, by=0.01, looks=40, each=50) for _ in range(50))
    spared = sum(_ever_above(chance, mine=0.015, its=0.01, by=0.01, looks=40, each=50) for _ in range(50))
    assert (found, spared) == (50, 0)


def test_a_handful_of_failures_alone_is_enough():
    assert is_above(Rate(6, 6), Rate(0, 1000), by=0.01, alpha=0.006)
    assert not is_above(Rate(1, 6), Rate(0, 1000), by=0.01, alpha=0.006)


def test_a_quantile_lies_between_two_bounds():
    counts = [500, 400, 90, 10, 0]
    assert quantile_interval(counts, BOUNDS, share=0.95, alpha=0.05) == (0.02, 0.05)


def test_of_few_values_the_quantile_is_hardly_known():
    assert quantile_interval([5, 0, 0, 0, 0], BOUNDS, share=0.95, alpha=0.05) == (0.0, math.inf)
    assert quantile_interval([0, 0, 0, 0, 0], BOUNDS, share=0.95, alpha=0.05) == (0.0, math.inf)


def test_yes_or_no_is_compared_exactly():
    a, b = Moments(400, 80, 80), Moments(400, 40, 40)
    assert mean_difference_interval(a, b, 0.05) == difference_interval(Rate(80, 400), Rate(40, 400), 0.05)


def test_means_that_are_equal_are_seldom_called_different_whenever_one_looks():
    chance = random.Random(9)
    missed = sum(_ever_excluded(chance, shift=0.0) for _ in range(200))
    assert missed <= 0.05 * 200
    assert sum(_ever_excluded(chance, shift=-1.0) for _ in range(50)) == 50


def test_too_few_values_or_equal_ones_are_not_compared():
    assert mean_difference_interval(Moments(5, 5, 7), Moments(900, 9, 40), 0.05) is None
    assert mean_difference_interval(Moments(50, 100, 200), Moments(50, 100, 200), 0.05) is None


def _ever_above(chance: random.Random, *, mine: float, its: float, by: float, looks: int, each: int) -> bool:
    a = b = Rate(0, 0)
    for _look in range(looks):
        a = Rate(a.events + sum(chance.random() < mine for _ in range(each)), a.trials + each)
        b = Rate(b.events + sum(chance.random() < its for _ in range(each)), b.trials + each)
        if is_above(a, b, by=by, alpha=0.05):
            return True
    return False


def _ever_excluded(chance: random.Random, *, shift: float) -> bool:
    """Of skewed values (a standard deviation of 1), looked at after each ten."""
    a = b = Moments()
    for _look in range(100):
        a = _with(a, [chance.expovariate(1.0) + shift for _ in range(10)])
        b = _with(b, [chance.expovariate(1.0) for _ in range(10)])
        interval = mean_difference_interval(a, b, 0.05)
        if interval is not None and not interval.low <= 0 <= interval.high:
            return True
    return False


def _with(had: Moments, values: list[float]) -> Moments:
    squares = sum(value**2 for value in values)
    return Moments(had.number + len(values), had.total + sum(values), had.squares + squares)
