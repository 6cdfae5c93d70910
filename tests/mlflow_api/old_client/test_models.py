"""The last client of 2.x registers models, moves aliases and stages, and loads by them."""

from __future__ import annotations

from mlops.registry.models import ModelVersion
from mlops.registry.recognising import signature_told

LOGGED = """
    import pandas
    from sklearn.linear_model import LinearRegression

    inputs = pandas.DataFrame({"size": [1.0, 2.0, 3.0]})
    outputs = inputs["size"] * 2

    def log(name, **more):
        model = LinearRegression().fit(inputs, outputs)
        mlflow.sklearn.log_model(
            model, "model", registered_model_name=name, pip_requirements=["scikit-learn"], **more
        )
"""


def test_a_model_is_registered_and_loaded_by_alias_stage_and_number(old):
    told = old(
        LOGGED,
        """
        for _ in range(2):
            with mlflow.start_run():
                log("old", input_example=inputs)
        client.set_registered_model_alias("old", "champion", 2)
        client.transition_model_version_stage("old", "1", "Staging")
        client.set_model_version_tag("old", "2", "checked", "yes")
        where = ["models:/old@champion", "models:/old/Staging", "models:/old/2"]
        loaded = [round(float(mlflow.pyfunc.load_model(one).predict(inputs)[1]), 3) for one in where]
        named = client.get_model_version_by_alias("old", "champion")
        found = client.search_model_versions("name = 'old' and tags.checked = 'yes'")
        latest = {one.current_stage: one.version for one in client.get_latest_versions("old")}
        answer = [loaded, named.version, [one.version for one in found], latest, named.run_id is not None]
    """,
    )
    assert told == [[4.0, 4.0, 4.0], "2", ["2"], {"Staging": "1", "None": "2"}, True]
    told = signature_told(ModelVersion.objects.get(model__name="old", number=2))
    assert told is not None
    assert [one.name for one in told.inputs] == ["size"]


def test_a_model_is_copied_renamed_described_and_removed(old):
    assert old(
        LOGGED,
        """
        with mlflow.start_run():
            log("one")
        copied = client.copy_model_version("models:/one/1", "two")
        client.update_model_version("two", copied.version, description="copied")
        client.rename_registered_model("one", "three")
        client.delete_registered_model("three")
        answer = [(one.name, client.get_model_version(one.name, "1").description)
                  for one in client.search_registered_models()]
    """,
    ) == [["two", "copied"]]


def test_a_model_that_is_not_there_is_told_by_its_name(old):
    said = old("""
        try:
            client.get_model_version("nowhere", "1")
        except mlflow.MlflowException as refused:
            answer = [refused.error_code, "nowhere" in str(refused)]
    """)
    assert said == ["RESOURCE_DOES_NOT_EXIST", True]


def test_autologging_arrives_with_signature_and_metrics(old):
    told = old(
        LOGGED,
        """
        mlflow.sklearn.autolog(log_input_examples=True, silent=True)
        with mlflow.start_run() as run:
            LinearRegression().fit(inputs, outputs)
        mlflow.sklearn.autolog(disable=True)
        found = client.get_run(run.info.run_id).data
        model = mlflow.models.get_model_info(f"runs:/{run.info.run_id}/model")
        answer = [found.params["fit_intercept"], round(found.metrics["training_r2_score"], 3),
                  model.signature is not None, model.saved_input_example_info is not None]
    """,
    )
    assert told == ["True", 1.0, True, True]
