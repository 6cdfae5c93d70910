"""When a rule on a metric begins, fires and ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mlops.alerts.rules.deciding import Limit, Standing, decide

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
LIMIT = Limit(comparison="above", threshold=0.3, lasting=timedelta(minutes=10), recovering=timedelta(minutes=5))


def steps(limit, standing, measured, now=NOW):
    return [(move.key, move.step) for move in decide(limit, standing, measured, now)]


def stands(minutes, *, firing=False, within=None, seen=0):
    since = NOW - timedelta(minutes=within) if within is not None else None
    seen_at = NOW - timedelta(minutes=seen)
    began = NOW - timedelta(minutes=minutes)
    return {"a": Standing(is_firing=firing, began_at=began, last_seen_at=seen_at, within_since=since)}


def test_what_is_within_its_limit_moves_nothing():
    assert steps(LIMIT, {}, {"a": 0.3}) == []


def test_it_is_pending_until_it_has_lasted():
    assert steps(LIMIT, {}, {"a": 0.4}) == [("a", "begin")]
    assert steps(LIMIT, stands(9), {"a": 0.4}) == [("a", "go_on")]
    assert steps(LIMIT, stands(10), {"a": 0.4}) == [("a", "fire")]


def test_without_a_duration_it_fires_at_once():
    at_once = Limit(comparison="below", threshold=0.1)
    assert steps(at_once, {}, {"a": 0.05}) == [("a", "begin_and_fire")]


def test_a_pending_one_that_is_back_is_dropped():
    assert steps(LIMIT, stands(5), {"a": 0.1}) == [("a", "drop")]


def test_a_firing_one_ends_when_it_was_back_for_long_enough():
    assert steps(LIMIT, stands(60, firing=True), {"a": 0.1}) == [("a", "recover")]
    assert steps(LIMIT, stands(60, firing=True, within=4), {"a": 0.1}) == [("a", "recover")]
    assert steps(LIMIT, stands(60, firing=True, within=5), {"a": 0.1}) == [("a", "resolve")]


def test_without_data_it_stays_for_an_hour_and_then_ends():
    assert steps(LIMIT, stands(120, firing=True, seen=59), {}) == []
    assert steps(LIMIT, stands(120, firing=True, seen=60), {}) == [("a", "resolve")]


def test_each_subject_has_an_alert_of_its_own():
    assert steps(LIMIT, stands(3), {"a": 0.5, "b": 0.6, "c": 0.0}) == [("a", "go_on"), ("b", "begin")]
