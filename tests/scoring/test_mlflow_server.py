"""Real server processes with models in MLflow's format: scikit-learn, boosters, ONNX, and code of one's own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.scoring.folders import write_serving
from tests.scoring.running import scoring, wait_for

pytest.importorskip("mlflow")
ROWS = [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]


def data() -> tuple[pd.DataFrame, pd.Series]:
    generator = np.random.default_rng(7)
    frame = pd.DataFrame(generator.normal((5.8, 3.0, 3.8, 1.2), size=(80, 4)), columns=["a", "b", "c", "d"])
    return frame, (frame["c"] + frame["d"] > 5).astype("int64")


def saved(place: Path, flavour: str, *, tensors: bool = False, **more: Any) -> Any:
    """Trains a model, saves it with the flavour, and gives the model back."""
    import mlflow
    from mlflow.models import infer_signature

    frame, label = data()
    given: Any = frame.to_numpy() if tensors else frame
    if flavour == "sklearn":
        from sklearn.linear_model import LogisticRegression

        model: Any = LogisticRegression().fit(given, label)
        more = {"serialization_format": "cloudpickle", **more}
    elif flavour == "lightgbm":
        from lightgbm import LGBMClassifier

        model = LGBMClassifier(n_estimators=5, min_child_samples=5, verbose=-1).fit(given, label)
        more = {"serialization_format": "cloudpickle", **more}
    else:
        from xgboost import XGBClassifier

        model = XGBClassifier(n_estimators=5).fit(given, label)
    signature = infer_signature(given, model.predict(given), params=more.pop("params", None))
    arguments = {"lightgbm": "lgb_model", "xgboost": "xgb_model", "sklearn": "sk_model"}
    save = __import__(f"mlflow.{flavour}", fromlist=["x"]).save_model
    save(**{arguments[flavour]: model}, path=str(place), signature=signature, **more)
    assert mlflow
    return model


@pytest.fixture(scope="module")
def sklearn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sklearn")
    model = saved(folder / "model", "sklearn")
    with scoring(write_serving(folder, entry="mlflow", model="iris:1")) as client:
        yield client, model


def test_every_form_of_invocations_gives_the_models_answers(sklearn):
    client, model = sklearn
    names, expected = ["a", "b", "c", "d"], model.predict(pd.DataFrame(ROWS, columns=list("abcd"))).tolist()
    split = {"columns": names, "data": ROWS}
    records = [dict(zip(names, row, strict=True)) for row in ROWS]
    for body in (
        {"dataframe_split": split},
        {"dataframe_records": records},
        {"instances": records},
        {"inputs": {name: [row[place] for row in ROWS] for place, name in enumerate(names)}},
    ):
        answer = client.post("/invocations", json=body)
        assert answer.json() == {"predictions": expected}
    text = "a,b,c,d\n" + "\n".join(",".join(map(str, row)) for row in ROWS)
    answer = client.post("/invocations", content=text, headers={"content-type": "text/csv"})
    assert answer.json() == {"predictions": expected}


def test_score_speaks_azures_form_and_probabilities_are_asked_for(sklearn):
    client, model = sklearn
    answer = client.post("/score", json={"data": ROWS}).json()
    assert (answer["model"], len(answer["predictions"])) == ("iris:1", 2)
    asked = client.post("/score", json={"input_data": ROWS, "method": "predict_proba"}).json()["predictions"]
    assert asked == pytest.approx(model.predict_proba(pd.DataFrame(ROWS, columns=list("abcd"))))
    refused = client.post("/score", json={"data": ROWS, "method": "predict_prob"}).json()
    assert refused["hint"] == "Did you mean 'predict_proba'?"


def test_a_wrong_value_names_row_and_column(sklearn):
    client, _ = sklearn
    answer = client.post("/invocations", json={"dataframe_records": [{"a": 1, "b": 2, "c": "x", "d": 4}]})
    assert (answer.status_code, answer.json()["where"]) == (422, {"column": "c", "row": 0, "value": "'x'"})
    text = client.post("/invocations", content="a,b,c,d\n1,2,3,x", headers={"content-type": "text/csv"}).json()
    assert text["detail"] == "row 1, column 'd': expected a number, got 'x'."


def test_the_open_inference_protocol_and_swagger_know_its_columns(sklearn):
    client, model = sklearn
    tensors = [
        {"name": name, "shape": [2, 1], "datatype": "FP64", "data": [row[place] for row in ROWS]}
        for place, name in enumerate("abcd")
    ]
    answer = client.post("/v2/models/iris/infer", json={"inputs": tensors}).json()
    expected = model.predict(pd.DataFrame(ROWS, columns=list("abcd"))).tolist()
    assert answer["outputs"] == [{"name": "predictions", "datatype": "INT64", "shape": [2], "data": expected}]
    assert client.get("/v2/models/iris").json()["inputs"][0] == {"name": "a", "datatype": "FP64", "shape": [-1, 1]}
    assert list(client.get("/swagger.json").json()["components"]["schemas"]["Row"]["properties"]) == list("abcd")


@pytest.mark.parametrize("flavour", ["lightgbm", "xgboost"])
def test_boosters_of_mlflow_answer_as_they_do(tmp_path, flavour):
    model = saved(tmp_path / "model", flavour)
    with scoring(write_serving(tmp_path, entry="mlflow")) as client:
        answer = client.post("/invocations", json={"dataframe_split": {"columns": list("abcd"), "data": ROWS}}).json()
    assert answer["predictions"] == model.predict(pd.DataFrame(ROWS, columns=list("abcd"))).tolist()


def test_a_tensor_signature_takes_nested_lists_and_names_the_wrong_cell(tmp_path):
    model = saved(tmp_path / "model", "sklearn", tensors=True)
    with scoring(write_serving(tmp_path, entry="mlflow", model="iris:1")) as client:
        expected = model.predict(np.array(ROWS)).tolist()
        for key in ("inputs", "instances"):
            assert client.post("/invocations", json={key: ROWS}).json() == {"predictions": expected}
        tensor = {"name": "x", "shape": [2, 4], "datatype": "FP64", "data": [*ROWS[0], *ROWS[1]]}
        assert client.post("/v2/models/iris/infer", json={"inputs": [tensor]}).json()["outputs"][0]["data"] == expected
        wrong = client.post("/score", json={"data": [ROWS[0], [1, 2, "x", 4]]}).json()
        assert wrong["detail"] == "row 2, column 3: expected a number, got 'x'."
        short = client.post("/score", json={"data": [[1, 2, 3]]}).json()
        assert short["detail"] == "row 1 has 3 values where 4 are expected."
        example = client.get("/swagger.json").json()["paths"]["/score"]["post"]["requestBody"]["content"]
        assert client.post("/score", json=example["application/json"]["example"]).status_code == 200


MODULE = "def shift(frame, by):\n    return frame.assign(total=frame['a'] + by)\n"
PYTHON_MODEL = """
import mlflow.pyfunc

class Shifting(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        from own_module import shift
        if params and params.get("by", 0) < 0:
            raise RuntimeError("by must not be negative")
        return shift(model_input, (params or {}).get("by", 10))

mlflow.models.set_model(Shifting())
"""


def test_code_of_ones_own_with_code_paths_and_params(tmp_path):
    import mlflow.pyfunc
    from mlflow.models import infer_signature

    (tmp_path / "own_module.py").write_text(MODULE)
    (tmp_path / "shifting.py").write_text(PYTHON_MODEL)
    frame = pd.DataFrame({"a": [1, 2]})
    signature = infer_signature(frame, frame.assign(total=1), params={"by": 10})
    mlflow.pyfunc.save_model(
        str(tmp_path / "model"),
        python_model=str(tmp_path / "shifting.py"),
        code_paths=[str(tmp_path / "own_module.py")],
        signature=signature,
    )
    with scoring(write_serving(tmp_path, entry="mlflow")) as client:
        body = {"dataframe_records": [{"a": 1}]}
        assert client.post("/invocations", json=body).json() == {"predictions": [{"a": 1, "total": 11}]}
        shifted = client.post("/invocations", json={**body, "params": {"by": 5}}).json()
        assert shifted == {"predictions": [{"a": 1, "total": 6}]}
        assert client.post("/invocations", json={**body, "params": {"bye": 5}}).json()["hint"] == "Did you mean 'by'?"
        failed = client.post("/invocations", json={**body, "params": {"by": -1}})
        assert (failed.status_code, "by must not be negative" in failed.json()["detail"]) == (502, True)


def test_an_onnx_flavour_is_served_as_pyfunc(tmp_path):
    import mlflow.onnx
    import onnx
    from mlflow.models import ModelSignature
    from mlflow.types.schema import Schema, TensorSpec

    from tests.scoring.folders import price_folder

    made = price_folder(tmp_path / "made")
    model = onnx.load(made / "onnx" / "model.onnx")
    sides = [Schema([TensorSpec(np.dtype("float32"), (-1, 1), name) for name in ("horsepower", "weight")])]
    mlflow.onnx.save_model(model, str(tmp_path / "model"), signature=ModelSignature(inputs=sides[0]))
    with scoring(write_serving(tmp_path, entry="mlflow")) as client:
        answer = client.post("/invocations", json={"inputs": {"horsepower": [[100]], "weight": [[2000.0]]}}).json()
    assert answer["predictions"] == {"scored_labels": [[14000.0]]}


def test_a_model_without_pyfunc_is_refused_with_its_flavours(tmp_path, capfd):
    from tests.scoring.running import ROOT

    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "MLmodel").write_text("flavors:\n  spark:\n    code: null\n")
    write_serving(tmp_path, entry="mlflow")
    import subprocess
    import sys

    ended = subprocess.run(
        [sys.executable, "-m", "mlops.scoring", "--folder", str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert ended.returncode == 3
    assert "no python_function flavour; it has: spark" in ended.stderr


def test_a_missing_package_is_named(tmp_path):
    saved(tmp_path / "model", "sklearn")
    (tmp_path / "model" / "MLmodel").write_text(
        (tmp_path / "model" / "MLmodel").read_text().replace("mlflow.sklearn", "own_loader")
    )
    with scoring(write_serving(tmp_path, entry="mlflow"), ready=503) as client:
        wait_for(lambda: "needs the module own_loader" in client.get("/readyz").text)
    shutil.rmtree(tmp_path / "model")
