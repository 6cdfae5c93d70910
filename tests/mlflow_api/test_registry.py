"""MLflow's model registry is ours: the same models and versions, with aliases, stages and tags."""

from __future__ import annotations

import mlflow
import pytest
from mlflow.exceptions import MlflowException

from mlops.registry.models import ModelVersion, RegisteredModel


class Doubled(mlflow.pyfunc.PythonModel):
    def predict(self, model_input: list[float]) -> list[float]:
        return [2 * value for value in model_input]


def logged(name: str = "double", **more: str) -> str:
    """Its address."""
    with mlflow.start_run():
        mlflow.log_metric("rmse", 0.5)
        made = mlflow.pyfunc.log_model(name=name, python_model=Doubled(), pip_requirements=[], **more)
    return made.model_uri


def test_a_logged_model_is_registered_and_loaded_by_number_and_alias(client, project):
    logged(registered_model_name="prices")
    client.set_registered_model_alias("prices", "champion", "1")
    for uri in ("models:/prices/1", "models:/prices@champion", "models:/prices/latest"):
        assert mlflow.pyfunc.load_model(uri).predict([1.0]) == [2.0], uri
    version = ModelVersion.objects.get()
    assert (str(version), version.model.project) == ("prices:1", project)
    assert version.run is not None
    assert "MLmodel" in {file.path for file in _files(version)}


def test_versions_keep_their_files_when_the_run_changes(client):
    run_id = client.create_run("0").info.run_id
    client.log_text(run_id, "one", "model/weights.txt")
    client.create_registered_model("prices")
    made = client.create_model_version("prices", f"runs:/{run_id}/model", run_id)
    client.log_text(run_id, "two", "model/weights.txt")
    assert (made.version, made.run_id, made.source) == ("1", run_id, f"runs:/{run_id}/model")
    uri = client.get_model_version_download_uri("prices", "1")
    assert mlflow.artifacts.load_text(f"{uri}/weights.txt") == "one"


def test_a_version_is_copied_into_another_model(client):
    logged(registered_model_name="one")
    copied = client.copy_model_version("models:/one/1", "two")
    assert (copied.name, copied.version) == ("two", "1")
    assert mlflow.pyfunc.load_model("models:/two/1").predict([1.0]) == [2.0]


def test_models_are_described_tagged_renamed_and_deleted(client):
    client.create_registered_model("one", tags={"team": "a"}, description="First.")
    client.update_registered_model("one", description="Second.")
    client.set_registered_model_tag("one", "Area", "Churn")
    client.rename_registered_model("one", "two")
    found = client.get_registered_model("two")
    assert (found.description, found.tags) == ("Second.", {"team": "a", "Area": "Churn"})
    client.delete_registered_model_tag("two", "team")
    client.delete_registered_model("two")
    assert not RegisteredModel.objects.exists()
    for refused, code in (
        (lambda: client.get_registered_model("two"), "RESOURCE_DOES_NOT_EXIST"),
        (lambda: client.create_registered_model("a/b"), "INVALID_PARAMETER_VALUE"),
    ):
        with pytest.raises(MlflowException) as raised:
            refused()
        assert raised.value.error_code == code
    client.create_registered_model("two")
    with pytest.raises(MlflowException) as raised:
        client.create_registered_model("two")
    assert raised.value.error_code == "RESOURCE_ALREADY_EXISTS"


@pytest.fixture
def three(client) -> str:
    """A model with three versions, without files."""
    run_id = client.create_run("0").info.run_id
    client.create_registered_model("prices")
    for number in range(3):
        client.create_model_version("prices", f"runs:/{run_id}/model", run_id, tags={"number": str(number)})
    return run_id


def test_aliases_move_and_go(client, three):
    client.set_registered_model_alias("prices", "champion", "1")
    client.set_registered_model_alias("prices", "champion", "3")
    assert client.get_model_version_by_alias("prices", "champion").version == "3"
    assert client.get_registered_model("prices").aliases == {"champion": "3"}
    client.delete_registered_model_alias("prices", "champion")
    with pytest.raises(MlflowException, match="alias champion not found"):
        client.get_model_version_by_alias("prices", "champion")


@pytest.mark.filterwarnings("ignore")
def test_stages_are_changed_and_others_archived(client, three):
    client.transition_model_version_stage("prices", "1", "Production")
    client.transition_model_version_stage("prices", "2", "production", archive_existing_versions=True)
    stages = {one.version: one.current_stage for one in client.search_model_versions("name = 'prices'")}
    assert stages == {"1": "Archived", "2": "Production", "3": "None"}
    newest = {one.version for one in client.get_latest_versions("prices", ["Production", "None"])}
    assert newest == {"2", "3"}


def test_models_and_versions_are_searched(client, three):
    client.create_registered_model("other", tags={"team": "a"})
    assert [one.name for one in client.search_registered_models("name LIKE 'pri%'")] == ["prices"]
    assert [one.name for one in client.search_registered_models("tags.team = 'a'")] == ["other"]
    assert [one.name for one in client.search_registered_models(order_by=["name DESC"])] == ["prices", "other"]
    assert len(client.search_model_versions(f"run_id = '{three}'")) == 3
    assert [one.version for one in client.search_model_versions("tags.number = '1'")] == ["2"]
    ordered = client.search_model_versions("name = 'prices'", order_by=["version_number ASC"], max_results=2)
    assert [one.version for one in ordered] == ["1", "2"]
    assert ordered.token


def test_a_version_is_described_tagged_and_deleted(client, three):
    client.update_model_version("prices", "1", "Good.")
    client.set_model_version_tag("prices", "1", "Area", "Churn")
    client.delete_model_version_tag("prices", "1", "number")
    found = client.get_model_version("prices", "1")
    assert (found.description, found.tags) == ("Good.", {"Area": "Churn"})
    client.delete_model_version("prices", "1")
    with pytest.raises(MlflowException, match="not found"):
        client.get_model_version("prices", "1")


def test_names_have_spaces_and_letters_of_any_language(client):
    client.create_registered_model("Preise für Häuser (2)")
    client.rename_registered_model("Preise für Häuser (2)", "house prices 3")
    assert client.get_registered_model("house prices 3").name == "house prices 3"
    logged(registered_model_name="house prices 3")
    assert mlflow.pyfunc.load_model("models:/house prices 3/1").predict([1.0]) == [2.0]


def test_a_run_that_nobody_knows_and_a_link_to_it_are_told_again(client):
    client.create_registered_model("prices")
    made = client.create_model_version("prices", "runs:/somewhere/model", "somewhere", run_link="https://x/runs/1")
    assert (made.run_id, made.run_link, made.status) == ("somewhere", "https://x/runs/1", "READY")
    copied = client.copy_model_version("models:/prices/1", "copied")
    assert (copied.run_id, copied.source) == ("somewhere", "models:/prices/1")
    assert client.get_model_version_download_uri("copied", "1") == "runs:/somewhere/model"
    assert {one.name for one in client.search_model_versions("run_id = 'somewhere'")} == {"prices", "copied"}


def test_versions_stages_and_their_end_change_when_the_model_was_changed(client):
    client.create_registered_model("prices")
    seen = [client.get_registered_model("prices").last_updated_timestamp]
    for change in (
        lambda: client.create_model_version("prices", "runs:/x/model", "x"),
        lambda: client.transition_model_version_stage("prices", "1", "Staging"),
        lambda: client.delete_model_version("prices", "1"),
    ):
        change()
        seen.append(client.get_registered_model("prices").last_updated_timestamp)
    assert sorted(set(seen)) == seen


def test_a_logged_model_names_the_versions_that_came_of_it(client):
    model_id = logged(registered_model_name="prices").removeprefix("models:/")
    client.create_model_version("prices", f"models:/{model_id}", model_id=model_id)
    told = client.get_logged_model(model_id).tags["mlflow.modelVersions"]
    assert told == '[{"name": "prices", "version": 1}, {"name": "prices", "version": 2}]'


REFUSALS = [
    ("set_registered_model_alias", ("prices", "a b", "1"), "Invalid alias name: 'a b'"),
    ("set_registered_model_alias", ("prices", "Latest", "1"), "is reserved"),
    ("set_registered_model_alias", ("prices", "v12", "1"), "'v12' is reserved"),
    ("set_registered_model_alias", ("prices", "a" * 256, "1"), "exceeds the maximum length of 255"),
    ("set_registered_model_alias", ("prices", "best", "9"), r"\(name=prices, version=9\) not found"),
    ("get_model_version", ("nope", "1"), r"Model Version \(name=nope, version=1\) not found"),
    ("get_model_version", ("prices", "one"), "must be an integer, got 'one'"),
    ("get_model_version_by_alias", ("prices", "latest"), "Latest version not found for model prices"),
    ("transition_model_version_stage", ("prices", "1", "Archived", True), "not an Active stage"),
    ("transition_model_version_stage", ("prices", "1", "Best"), "Invalid Model Version stage"),
    ("create_model_version", ("nope", "runs:/x/m"), "Registered Model with name=nope not found"),
    ("search_model_versions", ("", 10, ["name", "name DESC"]), "duplicate fields"),
    ("search_model_versions", ("", 10, ["stage"]), "Valid attributes are"),
    ("search_model_versions", ("", 200_001), "at most 200000"),
    ("search_registered_models", ("", 1_001), "at most 1000"),
]


def test_refusals_are_in_mlflows_words(client):
    client.create_registered_model("prices")
    for name, arguments, words in REFUSALS:
        with pytest.raises(MlflowException, match=words):
            getattr(client, name)(*arguments)


SOURCES = [
    "/etc", "file:///etc", "file:/etc/passwd", "../x", "./x", "x", "ftp://host/x", "gopher://x/y", "C:\\x", "s3:///x",
    "mlflow-artifacts:/0/../../etc", "mlflow-artifacts:/%2e%2e/%2e%2e/etc", "mlflow-artifacts:/0/x", "s3://b/../../x",
    "s3://b/x#y", "s3://b/x?y=z", "s3://b/%252e%252e/x", "runs:/../x", "models:/nope/1", "models:/nope@best",
    "http://127.0.0.1/x", "/proc/self/root/etc", "runs://host@x/y",
]  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
def test_sources_that_are_no_place_of_ours_are_refused(client, call, source):
    client.create_registered_model("prices")
    refused = call("POST", "model-versions/create", {"name": "prices", "source": source})
    assert refused.status_code in (400, 404), refused.text
    assert not ModelVersion.objects.exists()


WORDED = [
    ("/etc", "To use a local path as a model version"), ("file:///etc", "To use a local path as a model version"),
    ("ftp://host/../x", "If supplying a source as an http, https,"),
    ("mlflow-artifacts:/models/../../x", "If supplying a source as an http, https,"),
    ("mlflow-artifacts://host/models", "If supplying a source as an http, https,"),
    ("dbfs:/x/a%3f/../../x", "Invalid model version source"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "words"), WORDED)
def test_sources_are_refused_in_mlflows_words(client, source, words):
    client.create_registered_model("prices")
    with pytest.raises(MlflowException, match=words):
        client.create_model_version("prices", source)


@pytest.mark.parametrize("source", ["mlflow-artifacts:/models", "mlflow-artifacts:/models/a///b"])
def test_a_place_that_is_none_of_ours_is_kept_as_a_word(client, source):
    client.create_registered_model("prices")
    made = client.create_model_version("prices", source)
    assert (made.source, _files(ModelVersion.objects.get())) == (source, ())


def test_a_bad_path_is_told_as_such_whether_or_not_there_is_the_version(call):
    refused = call("GET", "/model-versions/get-artifact?name=nope&version=1&path=../x")
    assert (refused.status_code, refused.json()["message"]) == (400, "Invalid path")


def test_other_peoples_runs_are_a_word_and_give_no_files(client, call, stranger):
    from mlops.accounts.actions import create_token
    from mlops.accounts.membership import create_project

    create_project(stranger, name="Theirs", slug="theirs")
    run_id = client.create_run("0").info.run_id
    client.log_text(run_id, "secret", "model/weights.txt")
    by = create_token(stranger, name="mlflow")
    call("POST", "registered-models/create", {"name": "mine"}, by=by)
    told = {"name": "mine", "source": f"runs:/{run_id}/model", "run_id": run_id}
    made = call("POST", "model-versions/create", told, by=by).json()["model_version"]
    assert (made["run_id"], made["source"]) == (run_id, told["source"])
    version = ModelVersion.objects.get()
    assert (version.run, _files(version)) == (None, ())
    told |= {"source": client.get_run(run_id).info.artifact_uri}
    assert call("POST", "model-versions/create", told, by=by).status_code == 404


def test_a_logged_model_of_a_project_that_one_may_only_read_is_registered_in_ones_own(
    client, call, stranger, contributor
):
    from mlops.accounts.actions import create_token
    from mlops.accounts.membership import create_project, give_role

    theirs = create_project(stranger, name="Theirs", slug="theirs")
    give_role(stranger, theirs, user=contributor, role="reader")
    headers = {"X-MLFLOW-WORKSPACE": "theirs"}
    by = create_token(stranger, name="mlflow")
    begun = call("POST", "logged-models", {"experiment_id": "0", "name": "m"}, by=by, headers=headers)
    model_id = begun.json()["model"]["info"]["model_id"]
    call("POST", "registered-models/create", {"name": "mine"})
    made = call("POST", "model-versions/create", {"name": "mine", "source": f"models:/{model_id}"})
    assert made.is_success, made.text
    tags = call("GET", f"logged-models/{model_id}", by=by, headers=headers).json()["model"]["info"]["tags"]
    assert "mlflow.modelVersions" not in {tag["key"] for tag in tags}


def _files(version: ModelVersion):
    from mlops.registry.queries import files_of

    return files_of(version)
