"""When a trial is stopped early, as Azure ML documents its policies."""

from __future__ import annotations

import pytest

from mlops.execution.sweeps.judging import due, judge
from mlops.formats.sweep import EarlyTermination

BANDIT = EarlyTermination(type="bandit", slack_factor=0.1)
MEDIAN = EarlyTermination(type="median_stopping")
WORST_FIFTH = EarlyTermination(type="truncation_selection", truncation_percentage=20)


@pytest.mark.parametrize(
    ("logged", "judged", "expected"), [(4, 0, 0), (5, 0, 0), (6, 0, 6), (7, 0, 6), (7, 6, 0), (8, 6, 8)]
)
def test_a_trial_is_judged_at_each_interval_from_the_delay_on(logged, judged, expected):
    policy = EarlyTermination(type="median_stopping", evaluation_interval=2, delay_evaluation=5)
    assert due(policy, logged=logged, judged=judged) == expected


@pytest.mark.parametrize(("own", "stopped"), [(0.72, True), (0.73, False), (0.8, False)])
def test_a_bandit_allows_the_best_divided_by_one_and_its_factor(own, stopped):
    series = {0: [0.5, 0.8], 1: [0.1, own]}
    assert bool(judge(BANDIT, "maximize", series, trial=1, at=2)) is stopped


def test_a_bandit_that_seeks_the_least_allows_a_little_more_than_it():
    series = {0: [1.0], 1: [1.09], 2: [1.11]}
    assert not judge(BANDIT, "minimize", series, trial=1, at=1)
    assert judge(BANDIT, "minimize", series, trial=2, at=1)


def test_a_bandit_spares_the_best_also_where_all_is_negative():
    assert not judge(BANDIT, "maximize", {0: [-5.0], 1: [-9.0]}, trial=0, at=1)
    assert judge(BANDIT, "maximize", {0: [-5.0], 1: [-9.0]}, trial=1, at=1)


def test_a_slack_amount_is_a_distance():
    policy = EarlyTermination(type="bandit", slack_amount=0.2)
    assert not judge(policy, "maximize", {0: [0.8], 1: [0.61]}, trial=1, at=1)
    assert judge(policy, "maximize", {0: [0.8], 1: [0.59]}, trial=1, at=1)


def test_a_bandit_compares_at_the_same_interval():
    assert not judge(BANDIT, "maximize", {0: [0.2, 0.9], 1: [0.2]}, trial=1, at=1)


def test_median_stopping_ends_what_is_worse_than_the_median_of_the_averages():
    series = {0: [0.5, 0.7], 1: [0.6, 0.6], 2: [0.1, 0.3]}
    assert judge(MEDIAN, "maximize", series, trial=2, at=2)
    assert not judge(MEDIAN, "maximize", series, trial=0, at=2)


def test_truncation_ends_the_worst_share_at_the_interval():
    series = {number: [float(number)] for number in range(5)}
    stopped = [number for number in series if judge(WORST_FIFTH, "maximize", series, trial=number, at=1)]
    assert stopped == [0]


def test_truncation_may_leave_those_that_have_ended_aside():
    policy = EarlyTermination(type="truncation_selection", truncation_percentage=20, exclude_finished_jobs=True)
    series = {number: [float(number)] for number in range(5)}
    assert not judge(policy, "maximize", series, trial=1, at=1, ended=frozenset({0}))
