"""A real server process with several models: chosen by name and version, and together as an ensemble."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlops.formats.serving import Ensemble
from mlops.scoring.combining import combined
from tests.scoring.folders import ROW, churn_folder, price_folder, write_serving
from tests.scoring.running import scoring, wait_for
from tests.scoring.test_framework_server import ask


def several(folder: Path, members: list[str], **fields: Any) -> Path:
    return write_serving(folder, entry="several", models=tuple(f"models/{one}" for one in members), **fields)


@pytest.fixture(scope="module")
def chosen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("several")
    price_folder(folder / "models" / "a", model="prices:2")
    price_folder(folder / "models" / "b", model="prices:10")
    churn_folder(folder / "models" / "c", model="churn:1")
    with scoring(several(folder, ["a", "b", "c"])) as client:
        yield client


def test_the_first_answers_what_names_none(chosen):
    assert ask(chosen, [ROW]).json()["model"] == "prices:2"


def test_a_model_is_chosen_by_name_and_version(chosen):
    assert chosen.post("/score?model=prices", json={"data": [ROW]}).json()["model"] == "prices:10"
    assert chosen.post("/score?model=churn:1", json={"data": [[3]]}).json()["model"] == "churn:1"
    tensor = {"inputs": [{"name": "calls", "shape": [1], "datatype": "INT64", "data": [3]}]}
    answer = chosen.post("/v2/models/churn/versions/1/infer", json=tensor).json()
    assert (answer["model_name"], answer["outputs"][0]["data"]) == ("churn", ["yes"])
    assert chosen.get("/v2/models/prices/versions/2").json()["versions"] == ["2"]


def test_an_unknown_model_is_told_what_there_is(chosen):
    answer = chosen.post("/score?model=chrn", json={"data": []})
    assert (answer.status_code, "'churn', version 1" in answer.json()["hint"]) == (404, True)
    assert chosen.get("/v2/models/prices/versions/3/ready").status_code == 404


def test_an_ensemble_averages_by_weight_and_names_its_models(tmp_path):
    for name in ("a", "b"):
        price_folder(tmp_path / "models" / name, model=f"{name}:1")
    weighted = Ensemble(method="mean", weights=(3.0, 1.0))
    with scoring(several(tmp_path, ["a", "b"], ensemble=weighted)) as client:
        answer = ask(client, [ROW, {**ROW, "weight": 0}]).json()
        assert answer["predictions"] == [{"Scored Labels": 14000.0}, {"Scored Labels": 10000.0}]
        assert (answer["model"], answer["models"]) == ("ensemble", ["a:1", "b:1"])
        refused = ask(client, [{**ROW, "weight": "x"}])
        assert (refused.status_code, refused.json()["where"]["column"]) == (422, "weight")
        tensors = [{"name": name, "shape": [1], "datatype": "FP64", "data": [value]} for name, value in ROW.items()]
        inferred = client.post("/v2/models/ensemble/infer", json={"inputs": tensors}).json()
        assert inferred["outputs"][0]["data"] == [14000.0]


def test_one_model_that_is_not_ready_keeps_the_server_unready_with_its_name(tmp_path):
    for name in ("a", "b"):
        price_folder(tmp_path / "models" / name, model=f"{name}:1")
    (tmp_path / "models" / "b" / "onnx" / "model.onnx").write_bytes(b"nothing")
    with scoring(several(tmp_path, ["a", "b"]), ready=503) as client:
        wait_for(lambda: client.get("/readyz").json()["reasons"][0].startswith("b:1: onnxruntime cannot load"))


def test_the_label_is_that_of_the_averaged_probability():
    answers = [[{"Scored Labels": "yes", "Scored Probabilities": p}] for p in (0.6, 0.1)]
    assert combined(answers, Ensemble(method="mean"), labels=["no", "yes"])[0]["Scored Labels"] == "no"
    heavy = Ensemble(method="mean", weights=(9.0, 1.0))
    assert combined(answers, heavy, labels=["no", "yes"])[0]["Scored Probabilities"] == pytest.approx(0.55)


def test_a_vote_takes_the_label_of_most_and_the_first_of_equals():
    assert combined([["a"], ["b"], ["b"]], Ensemble(method="vote")) == ["b"]
    assert combined([["a"], ["b"]], Ensemble(method="vote")) == ["a"]
    assert combined([["a"], ["b"], ["b"]], Ensemble(method="vote", weights=(3.0, 1.0, 1.0))) == ["a"]


def test_lists_of_probabilities_are_averaged():
    assert combined([[[0.2, 0.8]], [[0.6, 0.4]]], Ensemble(method="mean")) == [[pytest.approx(0.4), pytest.approx(0.6)]]
