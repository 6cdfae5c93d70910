"""Scripts that were written for Azure: what they import is there, or says what to use instead."""

from __future__ import annotations

import pytest

from tests.scoring.folders import script_folder
from tests.scoring.running import scoring, wait_for

PATHS = """
from azureml.core.model import Model
def init():
    global paths
    paths = [Model.get_model_path("price"), Model.get_model_path("price", version=2), Model.get_model_path("churn")]
def run(data): return paths
"""
SINGLE = """
from azureml.core import Model
def init():
    global path
    path = Model.get_model_path("anything")
def run(data): return open(path).read()
"""


def test_get_model_path_finds_name_and_version(tmp_path):
    for place in ("price/2/a.txt", "price/10/a.txt", "churn/1/b/c.txt", "churn/1/d.txt"):
        (tmp_path / "model" / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "model" / place).write_text(place)
    with scoring(script_folder(tmp_path, PATHS)) as client:
        answer = client.post("/score", json={}).json()
    assert [path.partition("/model/")[2] for path in answer] == ["price/10/a.txt", "price/2/a.txt", "churn/1"]


def test_get_model_path_is_the_only_file_of_a_single_model(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.pkl").write_text("content")
    with scoring(script_folder(tmp_path, SINGLE)) as client:
        assert client.post("/score", json={}).json() == "content"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("from azureml.core import Workspace", "azureml.core.Workspace has no meaning in MLOps Studio: a deployment's"),
        ("from azureml.core import Run", "log with print()"),
        ("from azureml.monitoring import DataCollector", "switch on data collection"),
        ("from azureml.core.authentication import x", "azureml.core.authentication has no meaning"),
        ("import inference_schema.parameter_types.spark_parameter_type", "use PandasParameterType"),
    ],
)
def test_a_name_without_meaning_here_says_what_to_use_instead(tmp_path, line, reason):
    with scoring(script_folder(tmp_path, f"{line}\ndef run(data): ...\n"), ready=503) as client:
        wait_for(lambda: reason in client.get("/readyz").json()["reasons"][0])
