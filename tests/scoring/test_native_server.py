"""A real server process with a model trained by the built-in components, scored by the original in a child process."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mlops.blocks.execution import execute
from mlops.blocks.scoring import load_model
from mlops.blocks.values import new_table, write_value
from mlops.formats.step import StepOrder
from tests.scoring.folders import write_serving
from tests.scoring.running import scoring


class Quiet:
    def log(self, text: str) -> None: ...

    def progress(self, share: float) -> None: ...

    def metric(self, key: str, value: float) -> None: ...


def step(folder: Path, component: str, parameters: dict[str, Any], **ports: Path) -> None:
    inputs = {port: str(path) for port, path in ports.items() if path.exists()}
    outputs = {port: str(path) for port, path in ports.items() if not path.exists()}
    order = StepOrder(
        run="r", node="n", component=component, version="1", title=component,
        parameters=parameters, inputs=inputs, outputs=outputs, work_dir=str(folder),
    )  # fmt: skip
    execute(order, Quiet())


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("native")
    makes = ["bmw", "volvo", "fiat"] * 20
    frame = pl.DataFrame(
        {
            "make": makes,
            "power": [50 + 3 * n for n in range(60)],
            "built": [datetime(2020, 1, 1 + n % 28, 12) for n in range(60)],
            "price": [1000.0 + 90.5 * n + 500 * (make == "bmw") for n, make in enumerate(makes)],
        }
    )
    write_value(new_table(frame), folder / "data")
    step(folder, "linear_regression", {}, untrained_model=folder / "learner")
    ports = {"untrained_model": folder / "learner", "dataset": folder / "data"}
    step(folder, "train_model", {"label_column": "price"}, **ports, trained_model=folder / "model")
    model = load_model(folder / "model")
    write_serving(folder, entry="native", signature=model.manifest.signature)
    with scoring(folder) as client:
        yield client, model, frame.drop("price")


def test_it_answers_as_the_model_itself(served):
    client, model, frame = served
    rows = [{**row, "built": row["built"].isoformat()} for row in frame.to_dicts()]
    answer = client.post("/score", json={"data": rows}).json()
    expected = model.score(frame).get_column("Scored Labels").to_list()
    assert [row["Scored Labels"] for row in answer["predictions"]] == pytest.approx(expected)


def test_an_unseen_category_is_scored_and_said(served):
    client, _, _ = served
    row = {"make": "tatra", "power": 60, "built": "2020-01-05"}
    answer = client.post("/score", json={"data": [row]}).json()
    assert len(answer["predictions"]) == 1
    assert "'tatra'" in answer["warnings"][0]


def test_a_missing_value_that_the_model_cannot_take_is_refused(served):
    client, _, _ = served
    answer = client.post("/score", json={"data": [{"make": "bmw", "power": None, "built": "2020-01-05"}]})
    assert (answer.status_code, answer.json()["where"]) == (422, {"column": "power", "row": 0})
