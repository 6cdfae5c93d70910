"""What code tells of its run: the last values stay right, whoever writes first."""

from __future__ import annotations

import math
from datetime import timedelta
from importlib import import_module
from itertools import permutations

import pytest
from django.db import connection
from django.utils import timezone

from mlops.blobs.models import Blob
from mlops.events.models import Notice
from mlops.formats.refusal import Refusal
from mlops.runs.logging import (
    Point,
    artifact_path,
    copy_metrics,
    delete_run_tag,
    forget_metrics,
    log_artifact,
    log_dataset_use,
    log_metrics,
    log_parameters,
    number,
    set_run_tags,
)
from mlops.runs.models import Artifact, DatasetUse, LatestMetric, Metric, RunParameter
from mlops.tags.filters import tags_of
from tests.runs.history import past_run

NOW = timezone.now()


@pytest.fixture
def run(contributor, project):
    return past_run(contributor, project)


def latest(run) -> dict[str, float]:
    return {row.key: number(row) for row in LatestMetric.objects.filter(run=run)}


def test_the_last_value_is_that_of_the_greatest_position_in_whatever_order_points_come(contributor, project):
    points = [Point("loss", 0.9, 1, NOW), Point("loss", 0.5, 2, NOW), Point("loss", 0.4, 3, NOW - timedelta(days=1))]
    for order in permutations(points):
        run = past_run(contributor, project)
        for point in order:
            log_metrics(run, [point])
        assert latest(run) == {"loss": 0.4}


def test_at_one_position_the_later_time_counts_and_at_one_time_the_last_told(run):
    log_metrics(run, [Point("auc", 0.8, 0, NOW)])
    log_metrics(run, [Point("auc", 0.7, 0, NOW - timedelta(seconds=1))])
    assert latest(run) == {"auc": 0.8}
    log_metrics(run, [Point("auc", 0.81, 0, NOW), Point("auc", 0.82, 0, NOW)])
    assert latest(run) == {"auc": 0.82}


def test_a_thousand_points_of_many_metrics_go_in_few_statements(run, django_assert_max_num_queries):
    points = [Point(f"m{n % 400}", float(n), n) for n in range(1_000)]
    with django_assert_max_num_queries(20):
        log_metrics(run, points)
    assert Metric.objects.filter(run=run).count() == 1_000
    assert (latest(run)["m399"], latest(run)["m199"]) == (799.0, 999.0)


def test_values_that_are_no_finite_number_stay_what_they_were(run):
    log_metrics(run, [Point("a", math.nan), Point("b", math.inf), Point("c", -math.inf)])
    assert {key: str(value) for key, value in latest(run).items()} == {"a": "nan", "b": "inf", "c": "-inf"}
    assert set(LatestMetric.objects.filter(run=run).values_list("value", flat=True)) == {None}


def test_a_finite_value_after_one_that_was_not_is_finite(run):
    log_metrics(run, [Point("loss", math.nan, 1)])
    log_metrics(run, [Point("loss", 0.5, 2)])
    assert latest(run) == {"loss": 0.5}


def test_what_a_step_told_goes_with_its_attempt_and_the_others_value_counts_again(run):
    log_metrics(run, [Point("auc", 0.8, 1), Point("kept", 1.0)], node="data")
    log_metrics(run, [Point("auc", 0.9, 2), Point("gone", 1.0)], node="split")
    forget_metrics(run, node="split")
    assert latest(run) == {"auc": 0.8, "kept": 1.0}


def test_metrics_of_a_step_whose_result_is_taken_are_copied(run, contributor, project):
    log_metrics(run, [Point("loss", 0.5, 1), Point("loss", math.inf, 2)], node="split")
    later = past_run(contributor, project)
    copy_metrics(run, later, source_node="split", node="divide")
    assert latest(later) == {"loss": math.inf}
    assert Metric.objects.filter(run=later, node="divide").count() == 2


def test_a_name_that_cannot_be_kept_is_refused_before_anything_is(run):
    for key in ("", "x" * 251, "a\x00b"):
        with pytest.raises(Refusal) as refused:
            log_metrics(run, [Point("good", 1.0), Point(key, 1.0)])
        assert refused.value.code == "metric_invalid"
    assert not Metric.objects.filter(run=run).exists()


def test_open_pages_are_told_of_new_points(run):
    log_metrics(run, [Point("auc", 0.8)])
    assert Notice.objects.filter(kind="metrics", ref=str(run.pk)).exists()


def test_a_parameter_is_written_once(run):
    log_parameters(run, {"lr": 0.1, "depth": 3})
    log_parameters(run, {"lr": 0.1})
    with pytest.raises(Refusal, match=r"“lr” of this run is “0\.1” and cannot become “0\.2”") as refused:
        log_parameters(run, {"lr": 0.2, "new": 1})
    assert refused.value.code == "parameter_written"
    assert dict(RunParameter.objects.filter(run=run).values_list("key", "value")) == {"lr": "0.1", "depth": "3"}


def test_tags_are_set_and_taken_off(run):
    set_run_tags(run, {"team": "red", "stage": "try"})
    delete_run_tag(run, "stage")
    assert tags_of(run) == {"team": "red"}


def test_a_file_that_is_logged_again_replaces_the_first(run):
    one, two = (Blob.objects.create(digest=sign * 64, size_bytes=size) for sign, size in (("a", 3), ("b", 5)))
    log_artifact(run, "./plots/roc.png", one)
    log_artifact(run, "plots/roc.png", two)
    artifact = Artifact.objects.get(run=run)
    assert (artifact.path, artifact.blob_id, artifact.size_bytes) == ("plots/roc.png", "b" * 64, 5)


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a\\b", "a\nb", "x" * 501])
def test_a_path_that_leads_out_of_the_run_is_refused(path):
    with pytest.raises(Refusal) as refused:
        artifact_path(path)
    assert refused.value.code == "artifact_path_invalid"


def test_the_same_data_used_twice_is_one_use(run):
    for _ in range(2):
        log_dataset_use(run, "cars", "3f2a", context="training", source_type="local", source="cars.csv")
    assert DatasetUse.objects.get(run=run).source == "cars.csv"


def test_the_migration_finds_the_last_value_of_metrics_that_are_there(run):
    migration = import_module("mlops.runs.migrations.0005_latest_metrics")
    rows = [(1, 0.9, NOW), (2, 0.5, NOW), (2, 0.4, NOW + timedelta(seconds=1))]
    Metric.objects.bulk_create(Metric(run=run, key="loss", value=v, position=p, at=at) for p, v, at in rows)
    with connection.cursor() as cursor:
        cursor.execute(migration.FILL)
    assert latest(run) == {"loss": 0.4}
