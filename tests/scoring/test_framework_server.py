"""Real server processes with files of frameworks as they are: joblib, pickle, boosters, any ONNX graph."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest

from tests.scoring.folders import churn_folder, price_folder, write_serving
from tests.scoring.running import scoring, wait_for
from tests.scoring.test_mlflow_server import ROWS, data


@pytest.fixture(scope="module")
def forest(tmp_path_factory):
    from sklearn.ensemble import RandomForestClassifier

    folder = tmp_path_factory.mktemp("forest")
    frame, label = data()
    model = RandomForestClassifier(n_estimators=5, random_state=1).fit(frame, label.map({0: "no", 1: "yes"}))
    (folder / "model").mkdir()
    joblib.dump(model, folder / "model" / "forest.joblib")
    with scoring(write_serving(folder, entry="native", framework="sklearn")) as client:
        yield client, model


def ask(client: Any, rows: Any, **more: Any) -> Any:
    return client.post("/score", json={"data": rows, **more})


def test_labels_and_probabilities_are_answered_as_asked(forest):
    client, model = forest
    frame = pd.DataFrame(ROWS, columns=list("abcd"))
    assert ask(client, ROWS).json()["predictions"] == model.predict(frame).tolist()
    asked = ask(client, ROWS, method="predict_proba").json()["predictions"]
    assert asked == pytest.approx(model.predict_proba(frame))


def test_rows_with_names_may_come_in_any_order(forest):
    client, _ = forest
    rows = [dict(zip("dcba", reversed(row), strict=True)) for row in ROWS]
    assert ask(client, rows).json()["predictions"] == ask(client, ROWS).json()["predictions"]


def test_wrong_names_and_widths_are_refused_with_their_place(forest):
    client, _ = forest
    assert ask(client, [{"a": 1, "b": 2, "c": 3, "e": 4}]).json()["detail"] == "The model has no input column 'e'."
    assert ask(client, [{"a": 1, "b": 2, "c": 3}]).json()["detail"] == "The column 'd' is missing."
    assert ask(client, [[1, 2, 3, 4], [1, 2, 3]]).json()["detail"] == "row 2 has 3 values where 4 are expected."
    text = ask(client, [[1, 2, 3, 4], [1, 2, 3, "x"]])
    assert (text.status_code, text.json()["detail"]) == (422, "row 2, column 'd': expected a number, got 'x'.")


def test_the_services_own_method_holds_where_the_call_names_none(tmp_path):
    from sklearn.linear_model import LogisticRegression

    frame, label = data()
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.pkl").write_bytes(pickle.dumps(LogisticRegression().fit(frame.to_numpy(), label)))
    write_serving(tmp_path, entry="native", framework="sklearn", method="predict_proba")
    with scoring(tmp_path) as client:
        assert np.shape(ask(client, ROWS).json()["predictions"]) == (2, 2)
        assert ask(client, ROWS, method="predict").json()["predictions"] == [0, 1]


@pytest.mark.parametrize("ending", ["json", "ubj"])
def test_an_xgboost_file_is_served(tmp_path, ending):
    from xgboost import XGBClassifier

    frame, label = data()
    model = XGBClassifier(n_estimators=5).fit(frame, label)
    (tmp_path / "model").mkdir()
    model.save_model(tmp_path / "model" / f"model.{ending}")
    with scoring(write_serving(tmp_path, entry="native", framework="xgboost")) as client:
        named = pd.DataFrame(ROWS, columns=list("abcd"))
        assert ask(client, ROWS).json()["predictions"] == model.predict(named).tolist()
        asked = ask(client, ROWS, method="predict_proba").json()["predictions"]
        assert asked == pytest.approx(model.predict_proba(named), abs=1e-6)


def test_a_lightgbm_text_file_is_served_and_its_faults_name_the_cell(tmp_path):
    import lightgbm

    frame, label = data()
    model = lightgbm.LGBMClassifier(n_estimators=5, min_child_samples=5, verbose=-1).fit(frame, label)
    (tmp_path / "model").mkdir()
    model.booster_.save_model(tmp_path / "model" / "model.txt")
    with scoring(write_serving(tmp_path, entry="native", framework="lightgbm")) as client:
        named = pd.DataFrame(ROWS, columns=list("abcd"))
        assert ask(client, ROWS).json()["predictions"] == model.predict(named).tolist()
        wrong = ask(client, [ROWS[0], [1, "x", 3, 4]])
    assert (wrong.status_code, wrong.json()["detail"]) == (422, "row 2, column 'b': expected a number, got 'x'.")


def test_files_that_cannot_be_told_apart_are_named(tmp_path):
    (tmp_path / "model").mkdir()
    for name in ("a.pkl", "b.pkl"):
        (tmp_path / "model" / name).write_bytes(b"")
    with scoring(write_serving(tmp_path, entry="native", framework="sklearn"), ready=503) as client:
        wait_for(lambda: "a.pkl, b.pkl" in client.get("/readyz").text)


def test_a_graph_of_columns_gives_one_object_a_row(tmp_path):
    folder = price_folder(tmp_path, signature=None, golden=(), graph="onnx/model.onnx")
    with scoring(folder) as client:
        answer = ask(client, [{"horsepower": 100, "weight": 2000}, {"weight": 0, "horsepower": 1}]).json()
        assert answer["predictions"] == [{"scored_labels": 14000.0}, {"scored_labels": 100.0}]
        wrong = ask(client, [{"horsepower": "x", "weight": 2000}])
        assert (wrong.status_code, wrong.json()["where"]["column"]) == (422, "horsepower")


def test_a_graph_of_one_tensor_takes_lists_and_answers_many_at_once(tmp_path):
    folder = churn_folder(tmp_path, signature=None, task="", classes=(), graph="onnx/model.onnx")
    with scoring(folder) as client, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: ask(client, [[n], [-n]]).json()["predictions"], range(40)))
        assert all(len(one) == 2 for one in answers)
        assert answers[3][0]["scored_labels"] == 1
        assert answers[3][0]["probabilities"][1] == pytest.approx(0.9525741, abs=1e-6)
        assert client.get("/v2/models/prices").json()["inputs"] == [
            {"name": "calls", "datatype": "FP32", "shape": [-1, 1]}
        ]


@pytest.mark.parametrize(
    ("providers", "reason"),
    [(("cuda",), "not in this server's ONNX Runtime, which has cpu"), (("cud",), "Did you mean 'cuda'?")],
)
def test_a_provider_that_is_not_there_is_refused_with_what_is(tmp_path, providers, reason):
    with scoring(price_folder(tmp_path, providers=providers), ready=503) as client:
        wait_for(lambda: reason in client.get("/readyz").json()["reasons"][0])
