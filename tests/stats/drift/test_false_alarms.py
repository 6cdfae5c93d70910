"""A few of the trials of tests.benchmarks.false_alarms, which has a thousand."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from tests.stats.drift.trials import TESTS_ALONE, USUAL, trial

TRIALS = 60


@pytest.mark.parametrize("window", [60, 400])
def test_data_like_the_baseline_raises_alarms_at_no_more_than_the_rate(window: int) -> None:
    alarms = sum(trial(seed, TESTS_ALONE, rows=800, window=window).state == "alarm" for seed in range(TRIALS))
    assert alarms <= binom.ppf(0.99, TRIALS, TESTS_ALONE.false_alarm_rate)


def test_shifted_columns_are_found_and_no_others() -> None:
    for seed in range(20):
        found = trial(seed, USUAL, shift=0.5)
        drifted = {feature.feature for feature in found.features if feature.contribution}
        assert {"n0", "c0"} <= drifted
        assert len(drifted) <= 3
