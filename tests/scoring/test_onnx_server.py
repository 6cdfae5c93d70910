"""A real server process with an ONNX model: paths, forms, faults, readiness, draining."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mlops.formats.prometheus import value_in
from mlops.formats.serving import GoldenRequest, RequestLimits
from tests.scoring.folders import PREDICTED, ROW, churn_folder, price_folder, script_folder
from tests.scoring.running import answers, scoring, wait_for


@pytest.fixture(scope="module")
def price(tmp_path_factory):
    folder = price_folder(tmp_path_factory.mktemp("price"), cors_origins=("https://shop.example",))
    with scoring(folder) as client:
        yield client


def test_a_row_is_scored(price):
    answer = price.post("/score", json={"data": [ROW, {**ROW, "weight": 0}]})
    assert answer.json() == {
        "predictions": [PREDICTED, {"Scored Labels": 10000.0}],
        "model": "prices:3",
        "deployment": "blue",
    }


def test_many_callers_at_once_get_their_own_answers(price):
    def ask(n: int) -> float:
        body = {"data": [{"horsepower": n, "weight": 0}, {"horsepower": 0, "weight": n}]}
        first, second = price.post("/score", json=body).json()["predictions"]
        assert second["Scored Labels"] == 2 * n
        return first["Scored Labels"]

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, range(200))) == [100.0 * n for n in range(200)]


def test_one_bad_request_does_not_spoil_those_scored_with_it(price):
    def ask(n: int) -> int:
        weight = 1e300 if n % 5 == 0 else 1.0
        return price.post("/score", json={"data": [{"horsepower": n, "weight": weight}]}).status_code

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, range(100))) == [422 if n % 5 == 0 else 200 for n in range(100)]


def test_a_wrong_column_is_a_problem_with_place_and_hint(price):
    answer = price.post("/score", json={"data": [{**ROW, "horsepwer": 1}]})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["hint"] == "Did you mean 'horsepower'?"
    assert answer.json()["where"] == {"column": "horsepwer", "row": 0}


def test_a_large_body_and_many_rows_are_413(price):
    assert price.post("/score", content=b"x" * 100_001).status_code == 413
    assert price.post("/score", content=iter([b"x" * 60_000] * 2)).status_code == 413
    assert price.post("/score", json={"data": [ROW] * 101}).json()["code"] == "too_many_rows"


def test_mlflow_invocations_are_answered(price):
    split = {"dataframe_split": {"columns": ["weight", "horsepower"], "data": [[2000, 100]]}}
    assert price.post("/invocations", json=split).json() == {"predictions": [PREDICTED]}


def test_the_open_inference_protocol_is_spoken(price):
    assert price.get("/v2/health/ready").status_code == 200
    model = price.get("/v2/models/prices").json()
    assert model["inputs"][0] == {"name": "horsepower", "datatype": "INT64", "shape": [-1, 1]}
    inputs = [
        {"name": "horsepower", "shape": [2], "datatype": "INT64", "data": [100, 0]},
        {"name": "weight", "shape": [2, 1], "datatype": "FP64", "data": [[2000], [1]]},
    ]
    answer = price.post("/v2/models/prices/infer", json={"id": "a", "inputs": inputs}).json()
    assert answer["id"] == "a"
    assert answer["outputs"] == [{"name": "Scored Labels", "datatype": "FP64", "shape": [2, 1], "data": [14000.0, 2.0]}]
    assert "error" in price.post("/v2/models/other/infer", json={"inputs": inputs}).json()


def test_swagger_describes_the_row_with_typical_values(price):
    document = price.get("/swagger.json").json()
    example = document["paths"]["/score"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert example["data"][0]["horsepower"] == 95
    assert document["components"]["schemas"]["Row"]["required"] == ["horsepower", "weight"]
    assert price.post("/score", json=example).status_code == 200


def test_preflight_names_the_origin_that_may_call(price):
    allowed = price.options("/score", headers={"origin": "https://shop.example"})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (204, "https://shop.example")
    assert "access-control-allow-origin" not in price.options("/score", headers={"origin": "https://x"}).headers


def test_wrong_paths_and_methods_are_problems(price):
    assert price.get("/scores").json()["hint"] == "Did you mean '/score'?"
    assert price.get("/score").status_code == 405


def test_metrics_count_requests(price):
    price.post("/score", json={"data": [ROW]})
    text = price.get("/metrics").text
    assert 'mlops_scoring_requests_total{model="prices:3",deployment="blue",status="200"}' in text
    assert 'mlops_scoring_ready{model="prices:3",deployment="blue"} 1\n' in text
    assert value_in(text, "process_resident_memory_bytes") > 1e7  # type: ignore[operator]


def test_two_class_answers_label_and_probability(tmp_path):
    with scoring(churn_folder(tmp_path)) as client:
        predictions = client.post("/score", json={"data": [[0], [3]]}).json()["predictions"]
    assert [p["Scored Labels"] for p in predictions] == ["no", "yes"]
    assert predictions[1]["Scored Probabilities"] == pytest.approx(0.9525741, abs=1e-6)


def test_a_golden_request_with_another_answer_keeps_the_server_unready(tmp_path):
    golden = (GoldenRequest(rows=(ROW,), predictions=({"Scored Labels": 1.0},)),)
    with scoring(price_folder(tmp_path, golden=golden), ready=503) as client:
        wait_for(lambda: "14000.0 where 1.0 was recorded" in client.get("/readyz").text)
        refused = client.post("/score", json={"data": [ROW]})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")


def test_a_broken_model_file_is_said_in_readyz_and_in_the_log(tmp_path):
    folder = price_folder(tmp_path / "server")
    (folder / "onnx" / "model.onnx").write_bytes(b"not a model")
    log = tmp_path / "log"
    with scoring(folder, ready=503, log=log) as client:
        wait_for(lambda: "onnxruntime cannot load" in client.get("/readyz").text)
    assert '"code":"model_not_loaded"' in log.read_text()


def test_sigterm_lets_requests_in_flight_finish(tmp_path):
    source = "import time\ndef run(data):\n    time.sleep(1.0)\n    return 'done'\n"
    with scoring(script_folder(tmp_path, source, limits=RequestLimits())) as client:
        answered: list[str] = []
        caller = threading.Thread(target=lambda: answered.append(client.post("/score", content=b"{}").json()))
        caller.start()
        wait_for(lambda: "waiting" in client.get("/metrics").text)
        threading.Event().wait(0.3)
        os.kill(int(client.headers["x-test-pid"]), signal.SIGTERM)
        caller.join()
        assert answered == ["done"]
        wait_for(lambda: not answers(str(client.base_url).rstrip("/"), "/healthz"))
