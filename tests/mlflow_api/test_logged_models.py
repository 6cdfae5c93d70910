"""Models that code logs arrive with files, parameters and metrics; autologging of scikit-learn arrives complete."""

from __future__ import annotations

from uuid import UUID

import mlflow
import pytest
from mlflow.exceptions import MlflowException

from mlops.registry.actions import keep_address
from mlops.registry.from_address import register_address
from mlops.registry.from_files import register_place
from mlops.runs.files import logged
from mlops.runs.models import LoggedModel, Run


class Doubled(mlflow.pyfunc.PythonModel):
    def predict(self, model_input: list[float]) -> list[float]:
        return [2 * value for value in model_input]


def test_a_model_is_logged_found_and_loaded(client):
    with mlflow.start_run() as run:
        logged = mlflow.pyfunc.log_model(name="double", python_model=Doubled(), pip_requirements=[])
    found = client.get_logged_model(logged.model_id)
    assert (found.name, found.source_run_id, found.status) == ("double", run.info.run_id, "READY")
    assert [one.model_id for one in client.get_run(run.info.run_id).outputs.model_outputs] == [logged.model_id]
    assert mlflow.pyfunc.load_model(logged.model_uri).predict([1.0, 2.0]) == [2.0, 4.0]
    assert mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/double").predict([3.0]) == [6.0]
    assert "double/MLmodel" in {file.path for file in client.list_artifacts(run.info.run_id, "double")}


def test_models_are_searched_by_what_was_told_of_them(client):
    made = {}
    for name, loss in (("a", 0.1), ("b", 0.9)):
        with mlflow.start_run():
            model = mlflow.initialize_logged_model(name, params={"depth": "3"}, tags={"team": name})
            mlflow.log_metric("loss", loss, model_id=model.model_id)
            mlflow.finalize_logged_model(model.model_id, "READY")
            made[name] = model.model_id
    found = client.search_logged_models(["0"], filter_string="metrics.loss < 0.5")
    assert [one.model_id for one in found] == [made["a"]]
    assert found[0].params == {"depth": "3"}
    assert found[0].metrics[0].value == 0.1
    ordered = client.search_logged_models(["0"], order_by=[{"field_name": "metrics.loss", "ascending": False}])
    assert [one.name for one in ordered] == ["b", "a"]
    assert [one.name for one in client.search_logged_models(["0"], filter_string="tags.team = 'b'")] == ["b"]


def test_models_are_ordered_by_what_was_measured_on_the_named_data(client):
    run = client.create_run("0").info.run_id
    for name, told in (("a", {"train": 0.9, "test": 0.1}), ("b", {"train": 0.2}), ("c", {"test": 0.5, "train": 0.1})):
        model = client.create_logged_model("0", name=name).model_id
        for data, value in told.items():
            client.log_metric(
                run, "test accuracy", value, model_id=model, dataset_name=data, dataset_digest=f"d-{data}"
            )
    by_test = {"field_name": "metrics.test accuracy", "dataset_name": "test", "ascending": False}
    assert [one.name for one in client.search_logged_models(["0"], order_by=[by_test])] == ["c", "a", "b"]
    by_digest = {"field_name": "metrics.test accuracy", "dataset_name": "train", "dataset_digest": "d-train"}
    assert [one.name for one in client.search_logged_models(["0"], order_by=[by_digest])] == ["c", "b", "a"]


def test_a_run_that_nobody_knows_is_told_again_of_a_model(client):
    made = client.create_logged_model("0", source_run_id="123")
    assert (made.source_run_id, client.get_logged_model(made.model_id).source_run_id) == ("123", "123")
    found = client.search_logged_models(["0"], filter_string="source_run_id = '123'")
    assert [one.model_id for one in found] == [made.model_id]
    assert LoggedModel.objects.get().run is None


def test_a_model_is_tagged_and_deleted(client):
    model = client.create_logged_model("0", name="m")
    client.set_logged_model_tags(model.model_id, {"a": "b"})
    client.delete_logged_model_tag(model.model_id, "a")
    assert client.get_logged_model(model.model_id).tags == {}
    client.delete_logged_model(model.model_id)
    with pytest.raises(MlflowException, match="not found"):
        client.get_logged_model(model.model_id)


def test_no_model_begins_in_an_experiment_in_the_recycle_bin(client, call):
    place = client.create_experiment("old")
    client.delete_experiment(place)
    refused = call("POST", "logged-models", {"experiment_id": place, "name": "m"})
    assert (refused.status_code, "Current state is deleted" in refused.text) == (400, True)


def test_models_of_an_experiment_in_the_recycle_bin_come_back_with_it(client, call):
    place = client.create_experiment("gone")
    key = client.create_logged_model(place, name="m").model_id
    files = f"/api/2.0/mlflow-artifacts/artifacts/{place}/models/{key}/artifacts"
    assert call("PUT", f"{files}/MLmodel", content=b"a").status_code == 200
    client.delete_experiment(place)
    for method, path, body in (
        ("GET", f"logged-models/{key}", None), ("PATCH", f"logged-models/{key}", {"status": "LOGGED_MODEL_READY"}),
        ("GET", f"logged-models/{key}/artifacts/directories", None), ("GET", f"{files}/MLmodel", None),
        ("GET", f"logged-models/{key}/artifacts/files?artifact_file_path=MLmodel", None),
        ("POST", "model-versions/create", {"name": "x", "source": f"models:/{key}"}),
    ):  # fmt: skip
        assert call(method, path, body).status_code == 404, path
    client.restore_experiment(place)
    assert client.get_logged_model(key).name == "m"


def test_autologging_of_scikit_learn_arrives_complete(client):
    import numpy
    from sklearn.linear_model import LogisticRegression

    mlflow.sklearn.autolog(log_models=True, serialization_format="cloudpickle")
    try:
        with mlflow.start_run() as run:
            rows = numpy.random.default_rng(1).normal(size=(60, 2))
            LogisticRegression(C=0.5).fit(rows, rows[:, 0] > 0)
    finally:
        mlflow.sklearn.autolog(disable=True)
    found = client.get_run(run.info.run_id)
    assert found.data.params["C"] == "0.5"
    assert "training_accuracy_score" in found.data.metrics
    assert found.inputs.dataset_inputs[0].tags[0].value == "train"
    model = client.get_logged_model(found.outputs.model_outputs[0].model_id)
    assert mlflow.models.get_model_info(f"models:/{model.model_id}").signature is not None
    assert {metric.key for metric in model.metrics} >= {"training_accuracy_score"}


def test_a_logged_model_lies_among_the_files_of_its_run_and_is_registered_from_them(client, contributor, project):
    with mlflow.start_run() as active:
        mlflow.log_metric("accuracy", 0.9)
        mlflow.pyfunc.log_model(name="double", python_model=Doubled(), pip_requirements=[])
    run = Run.objects.get(pk=UUID(active.info.run_id))
    assert "artifacts/double/MLmodel" in [file.place for file in logged(run)]
    version = register_place(contributor, run, place="artifacts/double", name="iris")
    assert (version.framework, version.metrics, version.logged_model.name) == ("mlflow", {"accuracy": 0.9}, "double")
    for address in (f"runs:/{run.pk.hex}/double", f"azureml://jobs/{run.number}/outputs/artifacts/paths/double/"):
        assert keep_address(contributor, project, address).digest == version.tree_id
        known = register_address(contributor, project, address, name="by_address")
        assert (known.run, known.metrics, known.logged_model.name) == (run, {"accuracy": 0.9}, "double")
