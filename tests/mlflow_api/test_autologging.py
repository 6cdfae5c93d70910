"""What autologging tells arrives whole, and its model goes to an endpoint by the pages alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from django.test import Client

from mlops.deployments import entries
from mlops.packaging import tasks
from mlops.packaging.models import Conversion
from mlops.registry.models import ModelVersion
from mlops.registry.recognising import signature_told
from mlops.runs.models import Artifact, DatasetUse, LatestMetric, LoggedModel, LoggedModelFile, Run, RunParameter

ROWS = pd.DataFrame(np.random.default_rng(1).normal(size=(80, 3)), columns=["power", "weight", "age"])
CLASSES = (ROWS["power"] > 0).astype(int)


def with_sklearn() -> None:
    from sklearn.linear_model import LogisticRegression

    mlflow.sklearn.autolog(log_input_examples=True, silent=True)
    LogisticRegression(C=0.5).fit(ROWS, CLASSES)


def with_lightgbm() -> None:
    import lightgbm

    mlflow.lightgbm.autolog(log_input_examples=True, silent=True)
    data = lightgbm.Dataset(ROWS, CLASSES, free_raw_data=False)
    lightgbm.train({"objective": "binary", "verbose": -1, "num_threads": 1}, data, 5, valid_sets=[data])


def with_xgboost() -> None:
    import xgboost

    mlflow.xgboost.autolog(log_input_examples=True, silent=True)
    data = xgboost.DMatrix(ROWS, CLASSES)
    asked = {"objective": "binary:logistic", "max_depth": 2, "nthread": 1}
    xgboost.train(asked, data, 5, evals=[(data, "train")], verbose_eval=False)


FLAVOURS = [
    (with_sklearn, "training_accuracy_score", {"C": "0.5"}, "training_confusion_matrix.png"),
    (with_lightgbm, "training-binary_logloss", {"objective": "binary"}, "feature_importance_gain.png"),
    (with_xgboost, "train-logloss", {"max_depth": "2"}, "feature_importance_weight.png"),
]


@pytest.fixture
def _silent_afterwards():
    yield
    for flavour in (mlflow.sklearn, mlflow.lightgbm, mlflow.xgboost):
        flavour.autolog(disable=True, silent=True)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("_silent_afterwards")
@pytest.mark.parametrize(
    ("fit", "metric", "parameters", "plot"), FLAVOURS, ids=lambda one: getattr(one, "__name__", "")
)
def test_an_autologged_model_arrives_whole_and_goes_to_an_endpoint(
    client: Any, contributor: Any, fit: Callable[[], None], metric: str, parameters: Any, plot: str
) -> None:
    with mlflow.start_run() as begun:
        fit()
    run = Run.objects.get(pk=begun.info.run_id)
    assert LatestMetric.objects.filter(run=run, key=metric).exists()
    assert parameters.items() <= dict(RunParameter.objects.filter(run=run).values_list("key", "value")).items()
    assert DatasetUse.objects.filter(run=run, context="train").exists()
    assert Artifact.objects.filter(run=run, path=plot).exists()
    logged = LoggedModel.objects.get(run=run)
    files = set(LoggedModelFile.objects.filter(model=logged).values_list("path", flat=True))
    assert (logged.state, {"MLmodel", "requirements.txt", "input_example.json"} <= files) == ("ready", True)
    version = registered_by_page(contributor, run)
    assert (version.logged_model, version.metrics.get(metric) is not None) == (logged, True)
    told = signature_told(version)
    assert told is not None
    assert [field.name for field in told.inputs] == ["power", "weight", "age"]
    possible = {one.entry: one.problem for one in entries.possibilities(version)}
    assert possible["mlflow"] == ""
    if fit is with_lightgbm:  # one is enough: the other forms are converted among the tests of packaging
        assert converted(contributor, version) == "accepted"
        assert {one.entry: one.problem for one in entries.possibilities(version)}["onnx"] == ""


def registered_by_page(person: Any, run: Run) -> ModelVersion:
    form = {"run": run.pk, "place": "artifacts/model", "name": "auto logged"}
    assert browser_of(person).post("/models/register/", form).status_code == 302
    return ModelVersion.objects.get()


def converted(person: Any, version: ModelVersion) -> str:
    browser_of(person).post(f"/models/{version.model_id}/{version.number}/", {"act": "convert"})
    conversion = Conversion.objects.get(version=version)
    tasks.convert(str(conversion.pk))
    conversion.refresh_from_db()
    return conversion.state


def browser_of(person: Any) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser
