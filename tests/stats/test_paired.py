"""The paired bootstrap of two models on the same rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mlops.stats.bootstrap import paired_draws
from mlops.stats.metrics import regression_metrics, two_class_metrics


def regression(actual, predicted):
    return lambda rows: regression_metrics(actual[rows], predicted[rows])


def two_class(positive, probability):
    return lambda rows: two_class_metrics(positive[rows], probability[rows] > 0.5, probability[rows])


def test_the_interval_of_a_mean_is_close_to_that_of_the_paired_t_test():
    random = np.random.default_rng(1)
    actual = random.normal(0, 1, 800)
    first, second = (actual + random.normal(0, spread, 800) for spread in (1.0, 0.9))
    found = paired_draws(regression(actual, first), regression(actual, second), rows=800, resamples=2_000, seed=0)
    low, high = found["mean_absolute_error"].interval(0.95)
    errors = np.abs(second - actual) - np.abs(first - actual)
    exact = stats.t.interval(0.95, 799, errors.mean(), stats.sem(errors))
    assert (low, high) == pytest.approx(exact, abs=0.1 * (exact[1] - exact[0]))


def test_equal_models_differ_in_no_resample():
    random = np.random.default_rng(2)
    actual = random.normal(0, 1, 100)
    same = regression(actual, actual + 1)
    found = paired_draws(same, same, rows=100, resamples=50, seed=0)["root_mean_squared_error"]
    assert (found.estimate, found.interval(0.95)) == (0, (0, 0))


def test_what_one_of_them_lacks_or_most_resamples_leave_undefined_is_left_out():
    positive = np.array([True] + [False] * 40)
    probability = np.linspace(0, 1, 41)
    both = two_class(positive, probability)
    assert "auc" in paired_draws(both, both, rows=41, resamples=200, seed=0)
    never = two_class(positive[1:], probability[1:])
    assert "auc" not in paired_draws(never, never, rows=40, resamples=200, seed=0)


def test_many_rows_have_the_interval_of_all_of_them():
    random = np.random.default_rng(3)
    actual = random.normal(0, 1, 40_000)
    first, second = (actual + random.normal(0, 1, 40_000) for _model in range(2))
    found = paired_draws(regression(actual, first), regression(actual, second), rows=40_000, resamples=400, seed=0)
    low, high = found["mean_absolute_error"].interval(0.95)
    errors = np.abs(second - actual) - np.abs(first - actual)
    assert high - low == pytest.approx(2 * 1.96 * stats.sem(errors), rel=0.15)


@pytest.mark.parametrize("metric", ["root_mean_squared_error", "auc"])
def test_a_model_that_is_no_better_is_called_better_at_the_stated_rate(metric):
    """One side of a 95 % interval: 2.5 %. Over 400 seeded comparisons at most 5 % (3.3 deviations above)."""
    random, better, trials = np.random.default_rng(4), 0, 400
    for seed in range(trials):
        if metric == "auc":
            positive = random.random(200) < 0.4
            sides = [two_class(positive, random.normal(positive, 1.5)) for _model in range(2)]
        else:
            actual = random.normal(0, 1, 200)
            sides = [regression(actual, actual + random.normal(0, 1, 200)) for _model in range(2)]
        low, high = paired_draws(*sides, rows=200, resamples=200, seed=seed)[metric].interval(0.95)
        better += low > 0 if metric == "auc" else high < 0
    assert better <= 0.05 * trials
