"""What a database of MLflow's becomes here."""

from __future__ import annotations

import math
import sqlite3
from uuid import UUID

import pytest

from mlops.blobs.trees import manifest_of, open_blob
from mlops.imports.models import Finding, Taken
from mlops.registry.approval.rules import set_rule
from mlops.registry.models import ModelAlias, ModelVersion, RegisteredModel
from mlops.runs.logging import number
from mlops.runs.models import (
    Artifact,
    DatasetUse,
    Experiment,
    LatestMetric,
    LoggedModel,
    LoggedModelFile,
    LoggedModelMetric,
    LoggedModelUse,
    Metric,
    Run,
    RunParameter,
)
from mlops.tags.filters import tags_of
from tests.imports.conftest import LOGGED, OUTER

pytestmark = pytest.mark.django_db


def outer(release: str) -> Run:
    return Run.objects.get(pk=UUID(hex=OUTER[release]))


def test_a_run_keeps_its_id_its_names_its_times_and_its_author(bring, database, release, contributor):
    assert bring(database).state == "completed"
    run = outer(release)
    assert (run.display_name, run.description, run.state) == ("outer", "desc **x**", "completed")
    assert run.started_at == run.created_at < run.ended_at
    assert run.created_by == contributor
    assert tags_of(run)["mlflow.user"] == "root"
    assert run.experiment.name == "churn/first"


def test_parameters_metrics_and_histories_come_whole(bring, database, release):
    bring(database)
    run = outer(release)
    assert dict(RunParameter.objects.filter(run=run).values_list("key", "value")) == {"lr": "0.1", "depth": "3"}
    losses = Metric.objects.filter(run=run, key="loss").order_by("position")
    assert [one.value for one in losses] == [1 / (step + 1) for step in range(30)]
    latest = {one.key: number(one) for one in LatestMetric.objects.filter(run=run)}
    assert (latest["loss"], latest["up"], latest["down"]) == (1 / 30, math.inf, -math.inf)
    assert math.isnan(latest["bad"])


def test_nested_runs_lie_in_their_outer_run(bring, database, release):
    bring(database)
    assert Run.objects.get(display_name="inner").parent == outer(release)


def test_data_that_a_run_used_is_told_again(bring, database, release):
    bring(database)
    use = DatasetUse.objects.get(run=outer(release))
    assert (use.name, use.context, use.source_type, use.tags) == ("train", "training", "http", {"k": "v"})
    assert "mlflow_colspec" in use.schema


def test_files_come_by_content_although_the_store_was_moved(bring, database, release):
    bring(database)
    file = Artifact.objects.get(run=outer(release), path="notes/hello.txt")
    with open_blob(file.blob_id) as source:
        assert source.read() == b"hello"


def test_an_experiment_keeps_its_tags_and_its_note(bring, database):
    bring(database)
    experiment = Experiment.objects.get(name="churn/first")
    assert experiment.description == "# note"
    assert tags_of(experiment) == {"team": "growth"}


def test_versions_keep_their_numbers_files_stage_alias_and_run(bring, database, release):
    bring(database)
    later = {one.number: one for one in ModelVersion.objects.filter(model__name="later")}
    assert sorted(later) == [2, 3]
    assert later[3].stage == "Production"
    assert ModelAlias.objects.get(name="champion").version == later[2]
    assert [file.path for file in manifest_of(later[2].tree_id).files] == ["hello.txt"]
    assert {one.run for one in later.values()} == {outer(release)}
    assert later[3].metrics["loss"] == 1 / 30


@pytest.mark.parametrize("release", ["3.17"], indirect=True)
def test_stages_and_aliases_that_need_approval_wait_for_it_and_are_told(bring, database, owner, project):
    for kind, name in (("stage", "Production"), ("alias", "champion")):
        set_rule(owner, project, kind=kind, name=name)
    told = bring(database)
    assert not ModelAlias.objects.filter(name="champion").exists()
    assert not ModelVersion.objects.filter(stage="Production").exists()
    waits = Finding.objects.filter(of=told, code="waits_for_approval").values_list("kind", "source_id")
    assert set(waits) >= {("stage", "later/3"), ("alias", "later@champion")}


def test_a_version_keeps_its_words_its_tags_and_its_files(bring, database):
    bring(database)
    versions = ModelVersion.objects.filter(model__name="Churn model").order_by("number")
    assert [one.description for one in versions] == ["", "second"]
    assert tags_of(versions[1]) == {"vt": "1"}
    assert [file.path for file in manifest_of(versions[0].tree_id).files] == ["MLmodel"]


def test_a_model_without_versions_comes_too(bring, database):
    bring(database)
    empty = RegisteredModel.objects.get(name="empty")
    assert (empty.description, tags_of(empty)) == ("rd", {"rt": "2"})


@pytest.mark.parametrize("release", ["3.17"], indirect=True)
def test_logged_models_come_with_files_metrics_and_the_runs_that_used_them(bring, database):
    bring(database)
    model = LoggedModel.objects.get(pk=UUID(hex=LOGGED.removeprefix("m-")))
    assert (model.run, model.parameters) == (outer("3.17"), {"lr": "0.1", "depth": "3"})
    assert [one.path for one in LoggedModelFile.objects.filter(model=model)] == ["MLmodel"]
    assert LoggedModelMetric.objects.get(model=model, key="macc").run.display_name == "inner"
    uses = LoggedModelUse.objects.filter(model=model).values_list("run__display_name", "is_output")
    assert set(uses) == {("outer", True), ("inner", False)}
    assert ModelVersion.objects.get(model__name="Churn model", number=1).logged_model == model


def test_what_was_deleted_there_is_left_out_or_comes_into_the_bin(bring, database):
    left = bring(database)
    assert not Run.objects.filter(display_name="deleted one").exists()
    assert left.counts["run"]["left_out"] == 1
    bring(database, deleted="bin")
    assert Run.objects.get(display_name="deleted one").deleted_at is not None
    assert Experiment.objects.get(name="gone").deleted_at is not None


def test_a_second_import_takes_nothing_again(bring, database):
    first = bring(database)
    counted = Run.objects.count(), Metric.objects.count(), ModelVersion.objects.count(), Artifact.objects.count()
    second = bring(database)
    assert counted == (
        Run.objects.count(), Metric.objects.count(), ModelVersion.objects.count(), Artifact.objects.count()
    )  # fmt: skip
    assert first.counts["run"]["new"] == second.counts["run"]["unchanged"] == 3
    assert "point" not in second.counts
    assert "file" not in second.counts


def test_what_became_of_a_run_since_comes_with_the_next_import(bring, database, release):
    bring(database)
    with sqlite3.connect(database) as store:
        store.execute("UPDATE runs SET status = 'KILLED', name = 'renamed' WHERE name = 'outer'")
        store.execute(
            "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES ('loss', 9.5, 1, ?, 30, 0)",
            [OUTER[release]],
        )
        store.execute("UPDATE latest_metrics SET value = 9.5, step = 30 WHERE key = 'loss'")
    done = bring(database)
    run = outer(release)
    assert (run.state, run.display_name) == ("cancelled", "renamed")
    assert Metric.objects.filter(run=run, key="loss").count() == 31
    assert LatestMetric.objects.get(run=run, key="loss").value == 9.5
    assert (done.counts["run"]["changed"], done.counts["point"]["new"]) == (1, 1)


def test_a_dry_run_counts_what_would_come_and_writes_nothing(bring, database):
    told = bring(database, dry_run=True)
    assert told.state == "completed"
    assert told.counts["run"]["new"] == 3
    assert told.counts["version"]["new"] == 4
    assert not Run.objects.exists()
    assert not Taken.objects.exists()
    assert not RegisteredModel.objects.exists()


def test_only_what_is_named_comes(bring, database):
    bring(database, experiments=("nothing*",), models=("lat*",))
    assert not Run.objects.exists()
    assert set(RegisteredModel.objects.values_list("name", flat=True)) == {"later"}


def test_files_can_be_left_where_they_are(bring, database, release):
    done = bring(database, artifacts=False)
    assert not Artifact.objects.exists()
    assert Finding.objects.filter(of=done, code="version_without_files").count() == 4


def test_what_was_deleted_here_stays_deleted_unless_it_is_asked_for(bring, database):
    bring(database)
    Run.objects.filter(display_name="failed").delete()
    done = bring(database)
    assert not Run.objects.filter(display_name="failed").exists()
    assert Finding.objects.get(of=done, code="deleted_here").name == "failed"
    bring(database, again=True)
    assert Run.objects.get(display_name="failed").state == "failed"
