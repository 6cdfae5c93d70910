"""Batch jobs with models that were not trained here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from mlops.batch.actions import create_endpoint, deploy_model
from mlops.batch.invoking import invoke
from mlops.blobs.trees import keep_folder
from mlops.registry.actions import register
from tests.batch.conftest import carry_out, scored
from tests.execution.conftest import dataset_version

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def numbers(project, tmp_path) -> pl.DataFrame:
    random = np.random.default_rng(3)
    frame = pl.DataFrame({"a": random.normal(size=50), "b": random.normal(size=50)})
    dataset_version(project, frame, tmp_path, name="Numbers")
    return frame


@pytest.fixture
def score(contributor, project, numbers, tmp_path):
    """The output of a job with the model in the folder."""

    def called(folder: Path, **options: str) -> pl.DataFrame:
        version = register(contributor, project, name="theirs", tree=keep_folder(folder))
        endpoint = create_endpoint(contributor, project, name="e")
        deploy_model(contributor, endpoint, name="d", version=version, settings={"mini_batch_size": 20}, **options)
        job = carry_out(invoke(contributor, endpoint, input="Numbers"))
        assert job.run.state == "completed", job.run.reason
        return scored(job, tmp_path)

    return called


def fitted(numbers: pl.DataFrame, *, names: bool = True):
    from sklearn.linear_model import LinearRegression

    frame = pd.DataFrame(numbers.to_dict(as_series=False)) if names else numbers.to_numpy()
    return LinearRegression().fit(frame, numbers["a"].to_numpy() * 3 + numbers["b"].to_numpy())


def test_a_pickled_estimator_scores_as_it_is(numbers, score, tmp_path):
    import joblib

    (tmp_path / "model").mkdir()
    joblib.dump(fitted(pl.DataFrame(numbers)), tmp_path / "model" / "model.joblib")
    found = score(tmp_path / "model")
    assert found.columns == ["a", "b", "prediction"]
    assert (found["prediction"] - (3 * numbers["a"] + numbers["b"])).abs().max() < 1e-9


def test_a_model_in_mlflows_format_scores_by_its_pyfunc_flavour(numbers, score, tmp_path):
    mlflow = pytest.importorskip("mlflow")
    example = pd.DataFrame({"a": [1.0], "b": [2.0]})
    options = {"serialization_format": "cloudpickle", "pip_requirements": ["scikit-learn"]}
    mlflow.sklearn.save_model(fitted(numbers), str(tmp_path / "model"), input_example=example, **options)
    found = score(tmp_path / "model")
    assert (found[found.columns[-1]] - (3 * numbers["a"] + numbers["b"])).abs().max() < 1e-6


def test_an_onnx_file_scores_its_columns_as_one_matrix(numbers, score, tmp_path):
    from skl2onnx import to_onnx

    graph = to_onnx(fitted(numbers, names=False), numbers.to_numpy().astype(np.float32))
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.onnx").write_bytes(graph.SerializeToString())
    found = score(tmp_path / "model")
    assert found.columns == ["a", "b", "variable"]
    assert (found["variable"] - (3 * numbers["a"] + numbers["b"])).abs().max() < 1e-4
