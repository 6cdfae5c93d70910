"""Metrics over the course of a run."""

from __future__ import annotations

import pytest

from mlops.runs.logging import Point, log_metrics
from mlops.runs.series import courses, measured, thinned
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(contributor, project):
    return past_run(contributor, project)


def test_a_long_series_keeps_its_ends_and_its_peaks():
    rows = [(n, float(n), 0.0) for n in range(10_000)]
    rows[4_321] = (4_321, 4_321.0, 99.0)
    rows[7_000] = (7_000, 7_000.0, None)
    thin = thinned(rows, 1_000)
    assert len(thin) <= 1_000
    assert (thin[0][0], thin[-1][0]) == (0, 9_999)
    assert (4_321, 4_321.0, 99.0) in thin
    assert [row[0] for row in thin] == sorted(row[0] for row in thin)


def test_points_without_a_position_lie_in_their_order(run):
    log_metrics(run, [Point("loss", value) for value in (0.9, 0.5, 0.4)])
    (course,) = courses([run], "loss")
    assert (course.position, course.value, course.total) == ((0, 1, 2), (0.9, 0.5, 0.4), 3)


def test_each_step_has_a_course_of_its_own_and_gaps_stay(run):
    log_metrics(run, [Point("loss", 1.0, 1), Point("loss", float("nan"), 2)], node="a")
    log_metrics(run, [Point("loss", 3.0, 1)], node="b")
    assert [(one.node, one.value) for one in courses([run], "loss")] == [("a", (1.0, None)), ("b", (3.0,))]


def test_what_was_measured_is_told_with_its_count(run):
    log_metrics(run, [Point("loss", 1.0, 1), Point("loss", 0.5, 2), Point("auc", 0.9)])
    assert [(one.key, one.value, one.count) for one in measured(run)] == [("auc", 0.9, 1), ("loss", 0.5, 2)]


def test_the_routes_answer_with_both(client, contributor, run):
    log_metrics(run, [Point("loss", 1.0, 1), Point("loss", 0.5, 2)])
    client.force_login(contributor)
    told = client.get(f"/api/v1/runs/{run.pk}/metrics/").json()["results"]
    assert (told[0]["key"], told[0]["count"]) == ("loss", 2)
    series = client.get(f"/api/v1/runs/series/?run={run.pk}&key=loss").json()["series"]
    assert (series[0]["value"], series[0]["number"]) == ([1.0, 0.5], run.number)
    assert client.get("/api/v1/runs/series/?run=7&key=x").json()["code"] == "run_missing"
