from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from mlops.stats.bootstrap import difference_intervals


def mean_of(values: Any) -> Callable[[Any], float]:
    return lambda rows: float(values[rows].mean())


def interval(first: Any, second: Any, *, paired: bool = True, resamples: int = 2_000) -> tuple[float, float]:
    found = difference_intervals(
        [mean_of(first), mean_of(second)],
        [first.size, second.size],
        to=1,
        differences=[float(first.mean() - second.mean()), 0.0],
        paired=paired,
        resamples=resamples,
        level=0.95,
        seed=7,
    )
    assert found[1] == (0.0, 0.0) or not paired
    return found[0]


def test_bounds_are_those_of_scipy() -> None:
    draw = np.random.default_rng(3)
    first = draw.normal(1.0, 1, 500)
    second = first + draw.normal(0.2, 0.5, 500)
    theirs = stats.bootstrap((first - second,), np.mean, n_resamples=2_000, method="percentile", rng=1)
    assert interval(first, second) == pytest.approx(tuple(theirs.confidence_interval), abs=0.01)


def test_pairs_make_the_interval_narrower() -> None:
    draw = np.random.default_rng(4)
    first = draw.normal(0, 1, 300)
    second = first + draw.normal(0.1, 0.1, 300)
    paired, alone = interval(first, second), interval(first, second, paired=False)
    assert paired[1] - paired[0] < (alone[1] - alone[0]) / 3


def test_many_rows_give_the_width_of_all_of_them() -> None:
    draw = np.random.default_rng(5)
    first, second = draw.normal(0, 1, 200_000), np.zeros(200_000)
    low, high = interval(first, second, resamples=500)
    assert high - low == pytest.approx(2 * 1.96 / np.sqrt(200_000), rel=0.15)
    assert (low + high) / 2 == pytest.approx(first.mean(), abs=0.001)
