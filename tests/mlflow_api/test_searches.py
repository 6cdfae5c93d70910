"""MLflow's filters, orders and pages find what they find on its own server."""

from __future__ import annotations

import math

import pytest
from mlflow.exceptions import MlflowException


@pytest.fixture
def runs(client) -> dict[str, str]:
    """Three runs by name."""
    made = {}
    for name, loss, lr, area in (("one", 0.1, "0.1", "Churn"), ("two", 0.2, "0.2", "Sales"), ("three", 0.3, "0.1", "")):
        run = client.create_run("0", run_name=name, start_time=1_000 * (len(made) + 1))
        client.log_metric(run.info.run_id, "loss", loss)
        client.log_param(run.info.run_id, "lr", lr)
        if area:
            client.set_tag(run.info.run_id, "Area", area)
        made[name] = run.info.run_id
    client.set_terminated(made["two"], "FAILED")
    return made


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("metrics.loss < 0.25", {"one", "two"}),
        ("metrics.`loss` >= 0.2 AND params.lr = '0.2'", {"two"}),
        ('params."lr" != "0.1"', {"two"}),
        ("tags.Area = 'Churn'", {"one"}),
        ("tags.Area != 'Churn'", {"two"}),
        ("tags.Area LIKE 'S%'", {"two"}),
        ("tags.Area ILIKE 's%'", {"two"}),
        ("attributes.status = 'FAILED'", {"two"}),
        ("status = 'RUNNING'", {"one", "three"}),
        ("status LIKE 'F%'", {"two"}),
        ("status ILIKE 'r_n%'", {"one", "three"}),
        ("run_name = 'three'", {"three"}),
        ("tags.mlflow.runName = 'three'", {"three"}),
        ("attributes.run_name LIKE 't%'", {"two", "three"}),
        ("start_time > 1500", {"two", "three"}),
        ("params.lr IN ('0.1', '7')", {"one", "three"}),
        ("attributes.user_id = 'carl'", {"one", "two", "three"}),
        ("metrics.other > 0", set()),
    ],
)
def test_filters_of_runs(client, runs, text, names):
    assert {run.info.run_name for run in client.search_runs(["0"], text)} == names


def test_runs_are_found_by_their_ids(client, runs):
    text = f"attributes.run_id IN ('{runs['one']}', '{runs['two']}')"
    assert {run.info.run_name for run in client.search_runs(["0"], text)} == {"one", "two"}


@pytest.mark.parametrize("location", ["", "s3://bucket/place/"])
def test_runs_are_found_by_where_their_files_lie(client, location):
    experiments = ["0", client.create_experiment("other", artifact_location=location or None)]
    made = [client.create_run(one) for one in experiments]
    for run in made:
        found = client.search_runs(experiments, f"attributes.artifact_uri = '{run.info.artifact_uri}'")
        assert [one.info.run_id for one in found] == [run.info.run_id]
    assert len(client.search_runs(experiments, "artifact_uri LIKE '%/artifacts'")) == 2


def test_orders_of_runs_and_what_has_no_value_comes_last(client, runs):
    def order(*by: str) -> list[str]:
        return [run.info.run_name for run in client.search_runs(["0"], order_by=list(by))]

    assert order("metrics.loss DESC") == ["three", "two", "one"]
    assert order("tags.Area") == ["one", "two", "three"]
    assert order("params.lr ASC", "attributes.start_time ASC") == ["one", "three", "two"]
    assert order() == ["three", "two", "one"]


@pytest.mark.parametrize("text", ["loss < ", "metrics.loss < 'x'", "nonsense.a = 1", "a", "params.lr = '1' OR 1 = 1"])
def test_filters_that_cannot_be_understood_are_refused(client, runs, text):
    with pytest.raises(MlflowException) as refused:
        client.search_runs(["0"], text)
    assert refused.value.error_code == "INVALID_PARAMETER_VALUE"


def test_data_that_runs_used_finds_them(client, call, runs):
    data = {"name": "shop", "digest": "d1", "source_type": "local", "source": "x"}
    use = {"dataset": data, "tags": [{"key": "mlflow.data.context", "value": "train"}]}
    assert call("POST", "runs/log-inputs", {"run_id": runs["one"], "datasets": [use]}).status_code == 200
    for text in ("dataset.name = 'shop'", "dataset.digest = 'd1'", "dataset.context = 'train'"):
        assert [run.info.run_name for run in client.search_runs(["0"], text)] == ["one"]


def test_filters_and_orders_of_experiments(client):
    for name in ("alpha", "beta"):
        client.create_experiment(name, tags={"team": name})
    found = client.search_experiments(filter_string="name LIKE 'al%'")
    assert [one.name for one in found] == ["alpha"]
    assert [one.name for one in client.search_experiments(filter_string="tags.team = 'beta'")] == ["beta"]
    named = client.search_experiments(order_by=["name DESC"])
    assert [one.name for one in named] == ["beta", "alpha", "Default"]


def test_data_of_experiments_are_told_once_each(client, call, runs):
    data = {"name": "shop", "digest": "d1", "source_type": "local", "source": "x"}
    use = {"dataset": data, "tags": [{"key": "mlflow.data.context", "value": "train"}]}
    for name in ("one", "two"):
        call("POST", "runs/log-inputs", {"run_id": runs[name], "datasets": [use]})
    found = call("POST", "experiments/search-datasets", {"experiment_ids": ["0"]}).json()["dataset_summaries"]
    assert found == [{"experiment_id": "0", "name": "shop", "digest": "d1", "context": "train"}]
    refused = call("POST", "experiments/search-datasets", {"experiment_ids": []})
    assert "must specify at least one experiment_id" in refused.json()["message"]


def test_infinite_values_stand_at_the_ends_of_an_order_and_nan_after_them(client):
    for name, value in (("nan", math.nan), ("up", math.inf), ("one", 1.0), ("down", -math.inf), ("none", None)):
        run_id = client.create_run("0", run_name=name).info.run_id
        if value is not None:
            client.log_metric(run_id, "x", value)
    names = [run.info.run_name for run in client.search_runs(["0"], order_by=["metrics.x ASC"])]
    assert names == ["down", "one", "up", "nan", "none"]
    names = [run.info.run_name for run in client.search_runs(["0"], order_by=["metrics.x DESC"])]
    assert names == ["up", "one", "down", "nan", "none"]
    assert {run.info.run_name for run in client.search_runs(["0"], "metrics.x > 0")} == {"one", "up"}


def test_values_that_are_no_numbers_differ_from_every_number(client, runs):
    client.log_metric(runs["two"], "loss", math.nan)
    client.log_metric(runs["three"], "loss", math.inf)
    found = client.search_runs(["0"], "metrics.loss != 0.1")
    assert {run.info.run_name for run in found} == {"two", "three"}


def test_states_are_ordered_by_their_words(client, runs):
    client.set_terminated(runs["three"])
    found = client.search_runs(["0"], order_by=["attributes.status DESC"])
    assert [run.info.status for run in found] == ["RUNNING", "FINISHED", "FAILED"]


@pytest.mark.parametrize("clause", ["metrics.loss downward", "metrics.loss ASC DESC", "metrics.loss, params.lr"])
def test_orders_that_say_more_than_one_thing_are_refused(client, clause):
    with pytest.raises(MlflowException, match="Could not be parsed"):
        client.search_runs(["0"], order_by=[clause])


def test_the_user_that_a_client_names_is_the_user_of_a_run(client):
    named = client.create_run("0", tags={"mlflow.user": "alice"}).info
    assert named.user_id == "alice"
    assert [run.info.run_id for run in client.search_runs(["0"], "attributes.user_id = 'alice'")] == [named.run_id]
    assert client.search_runs(["0"], "user_id = 'carl'") == []


def test_logged_models_are_found_by_their_parameters(client):
    for name, rate in (("a", "0.1"), ("b", "0.2")):
        client.create_logged_model("0", name=name, params={"lr": rate})
    assert [one.name for one in client.search_logged_models(["0"], filter_string="params.lr = '0.2'")] == ["b"]
    by = [{"field_name": "params.lr", "ascending": False}]
    assert [one.name for one in client.search_logged_models(["0"], order_by=by)] == ["b", "a"]
