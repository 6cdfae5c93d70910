"""A real server that collects: what of which request is in its spool, by the face that it came through."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mlops.formats.serving import Ensemble
from mlops.formats.spool import LABELS
from mlops.scoring.spool.folder import held
from tests.scoring.collecting.spools import KEY, collecting, eventually, records
from tests.scoring.folders import PREDICTED, ROW, churn_folder, price_folder, script_folder, write_serving
from tests.scoring.running import scoring, wait_for

FULL = {**ROW, "turbo": True, "make": "bmw", "built": "2020-05-01"}


def test_a_scored_request_is_kept_by_column_under_its_ids(tmp_path):
    folder = price_folder(tmp_path / "price", collection=collecting(tmp_path / "spool"))
    with scoring(folder) as client:
        headers = {"x-request-id": "r-1", "x-mlops-correlation-id": "order-7"}
        answer = client.post("/score", json={"data": [FULL, {**ROW, "weight": 0}]}, headers=headers)
        assert answer.headers["x-mlops-collected"] == "1"
        (record,) = eventually(tmp_path / "spool", 1)
    assert (record.request_id, record.correlation_id, record.rows) == ("r-1", "order-7", 2)
    assert (record.endpoint, record.deployment, record.model) == ("prices", "blue", "prices:3")
    assert record.parts["inputs"] == {
        "horsepower": [100, 100],
        "weight": [2000.0, 0.0],
        "turbo": [True, None],
        "make": ["bmw", None],
        "built": [datetime(2020, 5, 1, tzinfo=UTC), None],
    }
    assert record.parts["predictions"] == {"Scored Labels": [14000.0, 10000.0]}
    assert abs(record.at / 1e6 - datetime.now(UTC).timestamp()) < 60


def test_every_face_over_http_is_kept_alike(tmp_path):
    folder = price_folder(tmp_path / "price", collection=collecting(tmp_path / "spool"))
    tensors = [
        {"name": "horsepower", "datatype": "INT64", "shape": [1, 1], "data": [100]},
        {"name": "weight", "datatype": "FP64", "shape": [1, 1], "data": [2000.0]},
    ]
    with scoring(folder) as client:
        client.post("/score", json={"data": [ROW]})
        client.post("/invocations", json={"dataframe_records": [ROW]})
        client.post("/v2/models/prices/infer", json={"inputs": tensors})
        found = eventually(tmp_path / "spool", 3)
    assert len({one.key for one in found}) == 3
    assert {tuple(one.parts["inputs"]["weight"] + one.parts["predictions"]["Scored Labels"]) for one in found} == {
        (2000.0, 14000.0)
    }


def test_what_is_refused_is_not_kept(tmp_path):
    folder = price_folder(tmp_path / "price", collection=collecting(tmp_path / "spool"))
    with scoring(folder) as client:
        refused = client.post("/score", json={"data": [{"horsepower": "x"}]})
        assert (refused.status_code, "x-mlops-collected" in refused.headers) == (422, False)
        client.post("/score", json={"data": [ROW]})
        eventually(tmp_path / "spool", 1)


def test_a_caller_may_say_no(tmp_path):
    folder = price_folder(tmp_path / "price", collection=collecting(tmp_path / "spool"))
    with scoring(folder) as client:
        answer = client.post("/score", json={"data": [ROW]}, headers={"x-mlops-collect": "no"})
        assert "x-mlops-collected" not in answer.headers
        client.post("/score", json={"data": [ROW]}, headers={"x-request-id": "mine"})
        assert [one.request_id for one in eventually(tmp_path / "spool", 1)] == ["mine"]


def test_where_consent_is_asked_only_who_said_yes_is_kept(tmp_path):
    folder = price_folder(tmp_path / "price", collection=collecting(tmp_path / "spool", consent="asked"))
    with scoring(folder) as client:
        client.post("/score", json={"data": [ROW]})
        client.post("/score", json={"data": [ROW]}, headers={"x-mlops-collect": "yes", "x-request-id": "agreed"})
        assert [one.request_id for one in eventually(tmp_path / "spool", 1)] == ["agreed"]


def test_a_share_is_the_same_requests_at_every_server(tmp_path):
    for name in ("one", "two"):
        folder = price_folder(tmp_path / name / "price", collection=collecting(tmp_path / name / "spool", share=0.3))
        with scoring(folder) as client:
            for number in range(200):
                client.post("/score", json={"data": [ROW]}, headers={"x-request-id": f"r{number}"})
    first, second = ({one.request_id for one in records(tmp_path / name / "spool")} for name in ("one", "two"))
    assert first == second
    assert 30 < len(first) < 90


def test_columns_are_redacted_before_they_are_written(tmp_path):
    redact = {"horsepower": "hash", "make": "mask", "built": "drop", "Scored Labels": "drop"}
    folder = price_folder(tmp_path / "price", collection=collecting(tmp_path / "spool", redact=redact))
    with scoring(folder) as client:
        client.post("/score", json={"data": [FULL, {**ROW, "make": None}, {**ROW, "horsepower": 1}]})
        (record,) = eventually(tmp_path / "spool", 1)
    inputs = record.parts["inputs"]
    assert list(inputs) == ["horsepower", "weight", "turbo", "make"]
    assert inputs["make"] == ["***", None, None]
    same, again, other = inputs["horsepower"]
    assert same == again != other
    assert "100" not in same
    assert "predictions" not in record.parts
    written = b"".join(one.read_bytes() for one in (tmp_path / "spool").iterdir())
    assert b"bmw" not in written


def test_only_what_is_wanted_of_inputs_and_predictions_is_kept(tmp_path):
    folder = price_folder(tmp_path / "price", collection=collecting(tmp_path / "spool", inputs=False))
    with scoring(folder) as client:
        client.post("/score", json={"data": [ROW]})
        assert list(eventually(tmp_path / "spool", 1)[0].parts) == ["predictions"]


def test_an_ensemble_is_kept_as_one_answer(tmp_path):
    for name in ("models/0", "models/1"):
        churn_folder(tmp_path / "both" / name, model=f"churn:{name[-1]}")
    both = write_serving(
        tmp_path / "both", entry="several", models=("models/0", "models/1"), model="churn:0",
        ensemble=Ensemble(method="mean"), collection=collecting(tmp_path / "spool"),
    )  # fmt: skip
    with scoring(both) as client:
        client.post("/score", json={"data": [{"calls": 0}]})
        client.post("/score?model=churn:1", json={"data": [{"calls": 3}]})
        together, alone = eventually(tmp_path / "spool", 2)
    assert (together.model, alone.model) == ("churn:0", "churn:1")
    assert together.parts["inputs"] == {"calls": [0]}
    assert together.parts["predictions"]["Scored Probabilities"] == [0.5]


def test_a_scripts_table_is_kept_by_column_and_other_json_as_text(tmp_path):
    script = "import json\ndef run(data):\n    return {'result': [len(data)]}\n"
    folder = script_folder(tmp_path / "script", script, collection=collecting(tmp_path / "spool"))
    with scoring(folder) as client:
        client.post("/score", json={"data": [{"age": 1, "tags": ["a"]}, {"age": 2, "tags": []}]})
        client.post("/score", json=[[1, 2], [3, 4]])
        client.post("/score", json={"nested": {"deep": [1]}, "list": [1, 2]})
        first, second, third = (one.parts for one in eventually(tmp_path / "spool", 3))
    assert first["inputs"] == {"age": [1, 2], "tags": ['["a"]', "[]"]}
    assert first["predictions"]["prediction"][0] > 10
    assert second["inputs"] == {"data.0": [1, 3], "data.1": [2, 4]}
    assert third["inputs"] == {"text": ['{"nested":{"deep":[1]},"list":[1,2]}']}


def test_redaction_reaches_into_what_is_no_table(tmp_path):
    script = "def run(data):\n    return 'done'\n"
    settings = collecting(tmp_path / "spool", redact={"name": "drop", "mail": "mask"})
    folder = script_folder(tmp_path / "script", script, collection=settings)
    with scoring(folder) as client:
        client.post("/score", json={"person": {"name": "Ada", "mail": ["a@b.c"]}, "list": [1], "other": 1})
        client.post("/score", content=b"Ada writes plain text")
        first, second = (one.parts["inputs"] for one in eventually(tmp_path / "spool", 2))
    assert first == {"text": ['{"person":{"mail":["***"]},"list":[1],"other":1}']}
    assert sorted(second) == ["digest", "size_bytes"]


RAW = """
from mlops.scoring.raw import Response, rawhttp
@rawhttp
def run(request):
    return Response(b"\\x00\\x01", 200)
"""


def test_a_raw_script_leaves_text_or_size_and_digest(tmp_path):
    folder = script_folder(tmp_path / "raw", RAW, collection=collecting(tmp_path / "spool"))
    with scoring(folder) as client:
        client.post("/score", content=b"how are you?", headers={"content-type": "text/plain"})
        client.post("/score", content=b"\x89PNG\xff", headers={"content-type": "image/png"})
        text, picture = (one.parts for one in eventually(tmp_path / "spool", 2))
    assert text["inputs"] == {"text": ["how are you?"]}
    assert picture["inputs"]["size_bytes"] == [5]
    assert picture["predictions"]["size_bytes"] == [2]


COLLECTORS = """
import json
from azureml.ai.monitoring import Collector
from azureml.monitoring import ModelDataCollector
from mlops.scoring.collection import Collector as Ours
def init():
    global inputs, outputs, labels, signals
    inputs, outputs = Collector(name="model_inputs"), Collector(name="model_outputs")
    labels = ModelDataCollector("m", designation="labels", feature_names=["truth"])
    signals = Ours("signals")
def run(data):
    rows = json.loads(data)["rows"]
    context = inputs.collect({"seen": rows})
    outputs.collect({"told": [2 * one for one in rows]}, context)
    labels.collect([[1] for _ in rows], user_correlation_id="order-1")
    signals.collect([{"speed": 3}])
    signals.collect([{"speed": 4}])
    return context.get_id()
"""


def test_a_scripts_own_collectors_write_beside_and_in_place_of_what_is_seen(tmp_path):
    folder = script_folder(tmp_path / "script", COLLECTORS, collection=collecting(tmp_path / "spool"))
    with scoring(folder) as client:
        answer = client.post("/score", json={"rows": [1, 2]}, headers={"x-correlation-id": "c-9"})
        assert answer.json() == "c-9"
        first, label, more = eventually(tmp_path / "spool", 3)
    assert first.parts == {
        "inputs": {"seen": [1, 2]},
        "predictions": {"told": [2, 4]},
        "signals": {"speed": [3]},
    }
    assert (label.parts, label.correlation_id) == ({LABELS: {"truth": [1, 1]}}, "order-1")
    assert (more.parts, more.correlation_id) == ({"signals": {"speed": [4]}}, "c-9")
    assert len({first.key, label.key, more.key}) == 3


def test_collectors_of_a_script_are_of_no_effect_where_collection_is_off(tmp_path):
    folder = script_folder(tmp_path / "script", COLLECTORS)
    with scoring(folder) as client:
        assert client.post("/score", json={"rows": [1]}).json() == ""


def test_segments_are_told_to_who_has_the_key_and_comes_not_through_the_router(tmp_path):
    folder = price_folder(tmp_path / "price", collection=collecting(tmp_path / "spool"))
    with scoring(folder) as client:
        client.post("/score", json={"data": [ROW]})
        wait_for(lambda: held(tmp_path / "spool") != [])
        key = {"x-mlops-spool-key": KEY}
        told = client.get("/-/collected", headers=key).json()
        assert (told["written"], told["lost"], told["trouble"]) == (1, 0, "")
        name = told["segments"][0]["name"]
        content = client.get(f"/-/collected/{name}", headers=key).content
        assert content == (tmp_path / "spool" / f"{name}.seg").read_bytes()
        assert client.get("/-/collected").status_code == 401
        assert client.get(f"/-/collected/{name}", headers={"x-mlops-spool-key": "x"}).status_code == 401
        routed = {**key, "x-mlops-call": "1"}
        assert client.get("/-/collected", headers=routed).status_code == 404
        assert client.delete(f"/-/collected/{name}", headers=key).status_code == 204
        assert client.get(f"/-/collected/{name}", headers=key).json()["code"] == "segment_gone"
        assert client.put("/-/collected", headers=key).status_code == 405


def test_a_full_spool_answers_and_counts_what_it_could_not_keep(tmp_path):
    settings = collecting(tmp_path / "spool", most_spool_bytes=500)
    folder = price_folder(tmp_path / "price", collection=settings)
    with scoring(folder) as client:
        answers = [client.post("/score", json={"data": [ROW]}) for _ in range(10)]
        assert [one.json()["predictions"] for one in answers] == [[PREDICTED]] * 10
        kept = sum(one.headers["x-mlops-collected"] == "1" for one in answers)
        assert 0 < kept < 5
        assert (
            f'mlops_scoring_not_collected_total{{model="prices:3",deployment="blue"}} {10 - kept}'
            in client.get("/metrics").text
        )
        eventually(tmp_path / "spool", kept)
        for segment in held(tmp_path / "spool"):
            client.delete(f"/-/collected/{segment.name}", headers={"x-mlops-spool-key": KEY})
        wait_for(lambda: client.post("/score", json={"data": [ROW]}).headers["x-mlops-collected"] == "1")
        wait_for(lambda: bool(records(tmp_path / "spool")))
        lost, _kept = records(tmp_path / "spool")[:2]
    assert lost.dropped >= 10 - kept
    assert "which is the limit" in lost.reason


def test_a_spool_that_cannot_be_had_stops_nothing(tmp_path):
    (tmp_path / "spool").write_text("a file")
    folder = price_folder(tmp_path / "price", collection=collecting(tmp_path / "spool"))
    with scoring(folder) as client:
        answer = client.post("/score", json={"data": [ROW]})
        assert (answer.status_code, "x-mlops-collected" in answer.headers) == (200, False)


@pytest.mark.parametrize("is_on", [True, False])
def test_a_server_that_stops_seals_what_it_wrote(tmp_path, is_on):
    folder = price_folder(tmp_path / "price", collection=collecting(tmp_path / "spool") if is_on else None)
    with scoring(folder) as client:
        client.post("/score", json={"data": [ROW]})
    assert len(held(tmp_path / "spool")) == is_on
