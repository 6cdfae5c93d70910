from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from mlops.stats.drift.binned import (
    chi_squared,
    euclidean_distance,
    jensen_shannon_distance,
    pooled,
    population_stability_index,
)
from mlops.stats.drift.chance import chi_squared_p, kolmogorov_smirnov_p
from mlops.stats.drift.distances import apart
from mlops.stats.drift.numbers import Numbers, thinned

finite = st.lists(st.one_of(st.floats(-1e6, 1e6), st.integers(-3, 3).map(float)), min_size=1, max_size=60)
whole = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=12)


def numbers(values: Any) -> Numbers:
    return Numbers(np.sort(np.asarray(values, dtype=float)))


@given(finite, finite)
def test_distances_are_those_of_scipy(first: list[float], second: list[float]) -> None:
    found = apart(numbers(first), numbers(second))
    assert found.kolmogorov_smirnov == pytest.approx(stats.ks_2samp(first, second).statistic, abs=1e-9)
    assert found.wasserstein == pytest.approx(stats.wasserstein_distance(first, second), rel=1e-9, abs=1e-9)


@given(finite, finite)
def test_p_value_is_scipys_asymptotic_one(first: list[float], second: list[float]) -> None:
    theirs = stats.ks_2samp(first * 2, second * 2, method="asymp")
    ours = kolmogorov_smirnov_p(theirs.statistic, 2 * len(first), 2 * len(second))
    assert ours == pytest.approx(theirs.pvalue, abs=1e-9)


@given(whole)
def test_measures_of_counts_are_those_of_scipy(cells: list[tuple[int, int]]) -> None:
    there, here = (np.array(side, dtype=float) + 1 for side in zip(*cells, strict=True))
    p, q = there / there.sum(), here / here.sum()
    theirs = stats.chi2_contingency(np.array([there, here]), correction=False)
    ours = chi_squared(there, here)
    assert jensen_shannon_distance(there, here) == pytest.approx(jensenshannon(p, q, base=2), abs=1e-9)
    assert population_stability_index(there, here) == pytest.approx(stats.entropy(p, q) + stats.entropy(q, p), abs=1e-9)
    assert euclidean_distance(there, here) == pytest.approx(float(np.linalg.norm(p - q)), abs=1e-9)
    assert (ours.statistic, ours.degrees_of_freedom) == pytest.approx((theirs.statistic, theirs.dof), abs=1e-9)
    assert chi_squared_p(ours.statistic, ours.degrees_of_freedom) == pytest.approx(theirs.pvalue, abs=1e-9)
    association = stats.contingency.association(np.array([there, here], dtype=int), method="cramer")
    assert ours.cramers_v == pytest.approx(association, abs=1e-9)


def test_rare_values_are_tested_together() -> None:
    there, here = pooled(np.array([500.0, 400, 2, 1, 1]), np.array([450.0, 440, 0, 3, 2]))
    assert there.tolist() == [500, 404]
    assert here.tolist() == [450, 445]


@pytest.mark.parametrize("draw", ["normal", "lognormal", "standard_cauchy"])
def test_a_thinned_baseline_is_off_by_no_more_than_its_bound(draw: str) -> None:
    generator = np.random.default_rng(5)
    whole, other = getattr(generator, draw)(size=200_000), getattr(generator, draw)(size=3_000) + 0.1
    exact = apart(numbers(whole), numbers(other))
    close = apart(thinned(numbers(whole), 1_000), numbers(other))
    bound = 1 / 999 + 1 / 200_000
    assert close.kolmogorov_smirnov == pytest.approx(exact.kolmogorov_smirnov, abs=bound)
    assert close.wasserstein == pytest.approx(exact.wasserstein, abs=bound * np.ptp(whole))


def test_few_values_are_kept_exactly() -> None:
    generator = np.random.default_rng(6)
    first, second = generator.integers(0, 500, 100_000), generator.integers(0, 510, 1_000)
    exact, close = (apart(side, numbers(second)) for side in (numbers(first), thinned(numbers(first))))
    assert close.kolmogorov_smirnov == exact.kolmogorov_smirnov
    assert close.wasserstein == pytest.approx(exact.wasserstein, abs=1e-12)
