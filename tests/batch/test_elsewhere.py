"""Batch jobs with models that were not trained here."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from mlops.batch.actions import create_endpoint, deploy_model
from mlops.batch.inputs import keep_upload
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


HUMANE = """
import humanize
import os

def run(mini_batch):
    assert os.path.isdir(os.environ["AZUREML_MODEL_DIR"])
    if hasattr(mini_batch, "columns"):
        return mini_batch.assign(said=[humanize.intcomma(int(n)) for n in mini_batch["n"]])
    return [{"name": os.path.basename(path), "with": humanize.__version__} for path in mini_batch]
"""


@pytest.fixture
def humane(contributor, project, tmp_path):
    """A script whose packages the product does not have."""

    def deployed(*packages: str):
        (tmp_path / "files").mkdir()
        (tmp_path / "files" / "weights.txt").write_text("1")
        version = register(contributor, project, name="words", tree=keep_folder(tmp_path / "files"))
        endpoint = create_endpoint(contributor, project, name="e")
        code = [("score.py", io.BytesIO(HUMANE.encode()))]
        settings = {"requirements": {"packages": list(packages)}}
        deploy_model(contributor, endpoint, name="d", version=version, code=code, script="score.py", settings=settings)
        return endpoint

    return deployed


def test_a_script_runs_in_an_environment_of_its_own(contributor, project, humane, tmp_path):
    endpoint = humane("humanize==4.11.0", "pandas")
    frame = pl.DataFrame({"n": [1_000, 2_000_000]})
    dataset_version(project, frame, tmp_path, name="Counts")
    job = carry_out(invoke(contributor, endpoint, input="Counts"))
    assert job.run.state == "completed", job.run.reason
    assert scored(job, tmp_path)["said"].to_list() == ["1,000", "2,000,000"]
    files = keep_upload(contributor, project, files=[("a.txt", io.BytesIO(b"x"))])
    again = carry_out(invoke(contributor, endpoint, input=f"upload:{files.pk}"))
    assert scored(again, tmp_path / "again").row(0) == ("a.txt", "4.11.0")


def test_a_package_that_does_not_exist_fails_the_job_by_name(contributor, project, humane, tmp_path):
    endpoint = humane("humanize==999.1")
    files = keep_upload(contributor, project, files=[("a.txt", io.BytesIO(b"x"))])
    job = carry_out(invoke(contributor, endpoint, input=f"upload:{files.pk}"))
    assert job.run.state == "failed"
    assert "humanize==999.1" in job.run.reason
