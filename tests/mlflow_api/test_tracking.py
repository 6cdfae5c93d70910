"""An unmodified client tracks experiments and runs on this server."""

from __future__ import annotations

import math

import mlflow
import pytest
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException

from mlops.runs.models import Run


def test_a_run_arrives_with_all_that_it_logged(client, project):
    mlflow.set_experiment("churn")
    with mlflow.start_run(run_name="first") as run:
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({"depth": 3, "loss": "log"})
        mlflow.log_metric("rmse", 2.0, step=1)
        mlflow.log_metrics({"rmse": 1.5, "mae": 1.0}, step=2)
        mlflow.set_tag("Area", "Churn")
    found = client.get_run(run.info.run_id)
    assert found.data.params == {"lr": "0.1", "depth": "3", "loss": "log"}
    assert found.data.metrics == {"rmse": 1.5, "mae": 1.0}
    assert found.data.tags["Area"] == "Churn"
    assert found.data.tags["mlflow.runName"] == "first"
    assert found.info.status == "FINISHED"
    assert found.info.end_time >= found.info.start_time
    ours = Run.objects.get()
    assert (ours.pk.hex, ours.project, ours.kind, ours.state) == (run.info.run_id, project, "tracked", "completed")


def test_nested_runs_are_children_of_the_outer_run(client):
    with mlflow.start_run() as outer, mlflow.start_run(nested=True) as inner:
        mlflow.log_metric("a", 1)
    assert Run.objects.get(pk=inner.info.run_id).parent == Run.objects.get(pk=outer.info.run_id)
    assert client.get_run(inner.info.run_id).data.tags["mlflow.parentRunId"] == outer.info.run_id


def test_a_failing_script_leaves_a_failed_run(client):
    with pytest.raises(ZeroDivisionError), mlflow.start_run() as run:
        _ = 1 / 0
    assert client.get_run(run.info.run_id).info.status == "FAILED"


def test_a_run_is_found_renamed_deleted_and_restored(client):
    run = client.create_run("0", run_name="one", tags={"a": "b"})
    client.update_run(run.info.run_id, name="two")
    assert client.get_run(run.info.run_id).info.run_name == "two"
    client.delete_run(run.info.run_id)
    assert client.search_runs(["0"]) == []
    assert len(client.search_runs(["0"], run_view_type=ViewType.DELETED_ONLY)) == 1
    with pytest.raises(MlflowException, match="must be in the 'active' state"):
        client.log_metric(run.info.run_id, "a", 1)
    client.restore_run(run.info.run_id)
    assert [found.info.run_id for found in client.search_runs(["0"])] == [run.info.run_id]


def test_experiments_are_made_tagged_renamed_deleted_and_restored(client):
    made = client.create_experiment("one", tags={"team": "growth"})
    client.set_experiment_tag(made, "mlflow.note.content", "What it is for.")
    client.rename_experiment(made, "two")
    found = client.get_experiment_by_name("two")
    assert found.experiment_id == made
    assert found.tags == {"team": "growth", "mlflow.note.content": "What it is for."}
    assert {one.name for one in client.search_experiments()} == {"Default", "two"}
    client.delete_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "deleted"
    client.restore_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "active"
    client.delete_experiment_tag(made, "team")
    with pytest.raises(MlflowException, match="No tag with name"):
        client.delete_experiment_tag(made, "team")


def test_experiment_zero_is_the_default_one(client):
    found = client.get_experiment("0")
    assert (found.experiment_id, found.name) == ("0", "Default")
    assert client.get_experiment_by_name("Default").experiment_id == "0"


def test_a_thousand_metrics_come_in_one_batch(client):
    run_id = client.create_run("0").info.run_id
    client.log_batch(run_id, metrics=[Metric("loss", 1 / (step + 1), 1_000 + step, step) for step in range(1_000)])
    history = client.get_metric_history(run_id, "loss")
    assert [point.step for point in history] == list(range(1_000))
    assert client.get_run(run_id).data.metrics == {"loss": 0.001}


def test_a_batch_that_holds_a_fault_leaves_nothing_behind(client):
    run_id = client.create_run("0").info.run_id
    client.log_param(run_id, "lr", 1)
    with pytest.raises(MlflowException, match="Changing param values is not allowed"):
        client.log_batch(run_id, metrics=[Metric("a", 1, 1, 0)], params=[Param("lr", "2")], tags=[RunTag("t", "u")])
    found = client.get_run(run_id)
    assert found.data.metrics == {}
    assert "t" not in found.data.tags


def test_special_numbers_come_back_as_they_went(client):
    run_id = client.create_run("0").info.run_id
    for key, value in (("nan", math.nan), ("up", math.inf), ("down", -math.inf)):
        client.log_metric(run_id, key, value)
    found = client.get_run(run_id).data.metrics
    assert math.isnan(found["nan"])
    assert found["up"] == math.inf
    assert found["down"] == -math.inf


def test_names_and_lengths_are_refused_in_mlflows_words(client, call):
    run_id = client.create_run("0").info.run_id
    for body, message in (
        ({"key": "a\\b", "value": 1, "timestamp": 1}, "Names may only contain alphanumerics"),
        ({"key": "../a", "value": 1, "timestamp": 1}, "must not resolve to other names"),
        ({"key": "a" * 251, "value": 1, "timestamp": 1}, "exceeds the maximum length of 250"),
        ({"key": "a", "timestamp": 1}, "Missing value for required parameter 'value'"),
        ({"key": "a", "value": "x", "timestamp": 1}, "Please specify value as a valid double"),
    ):
        answer = call("POST", "runs/log-metric", {"run_id": run_id} | body)
        assert answer.status_code == 400
        assert answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"
        assert message in answer.json()["message"]


def test_what_does_not_exist_is_told_as_mlflow_tells_it(client):
    for wanted in (lambda: client.get_run("f" * 32), lambda: client.get_experiment("f" * 32)):
        with pytest.raises(MlflowException) as refused:
            wanted()
        assert refused.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    with pytest.raises(MlflowException) as refused:
        client.create_experiment("Default")
    assert refused.value.error_code == "RESOURCE_ALREADY_EXISTS"


def test_histories_of_many_runs_come_at_once(client, call):
    first, second = (client.create_run("0").info.run_id for _ in range(2))
    for step in range(10):
        client.log_metric(first, "a", step, step=step)
    client.log_metric(second, "a", 5, step=5)
    many = call("GET", "metrics/get-history-bulk", params={"run_id": [first, second], "metric_key": "a"}).json()
    assert len(many["metrics"]) == 11
    asked = {"run_ids": [first], "metric_key": "a", "max_results": 3}
    thin = call("GET", "metrics/get-history-bulk-interval", params=asked).json()["metrics"]
    assert thin[0]["step"] == 0
    assert thin[-1]["step"] == 9
    assert len(thin) <= 4


def test_long_answers_come_in_pages(client):
    made = [client.create_run("0").info.run_id for _ in range(5)]
    first = client.search_runs(["0"], max_results=2)
    second = client.search_runs(["0"], max_results=3, page_token=first.token)
    assert {run.info.run_id for run in [*first, *second]} == set(made)
    assert not second.token


def test_data_that_a_run_used_is_kept_with_it(client):
    import pandas as pd

    data = mlflow.data.from_pandas(pd.DataFrame({"a": [1, 2]}), source="s3://bucket/x.csv", name="shop")
    with mlflow.start_run() as run:
        mlflow.log_input(data, context="training", tags={"k": "v"})
    used = client.get_run(run.info.run_id).inputs.dataset_inputs[0]
    assert used.dataset.name == "shop"
    assert {tag.key: tag.value for tag in used.tags} == {
        "k": "v",
        "mlflow.data.context": "training",
    }


def test_thinned_histories_keep_the_order_of_the_runs_and_the_last_point_of_each(client, call):
    runs = [client.create_run("0").info.run_id for _ in range(2)]
    for run_id, count in zip(runs, (10, 20), strict=True):
        points = [mlflow.entities.Metric("a", 1.0, 1, step) for step in range(count)]
        client.log_batch(run_id, metrics=points)
    asked = {"run_ids": runs[::-1], "metric_key": "a", "max_results": 5}
    found = call("GET", "metrics/get-history-bulk-interval", params=asked).json()["metrics"]
    steps = [0, 4, 8, 9, 12, 16, 19]
    assert [(one["run_id"], one["step"]) for one in found] == [
        *((runs[1], step) for step in steps),
        *((runs[0], step) for step in steps if step < 10),
    ]
