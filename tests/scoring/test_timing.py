"""What a server tells about the time that a request took, and under which names a failure is in its log."""

from __future__ import annotations

import json
import re

from tests.scoring.folders import price_folder, script_folder
from tests.scoring.running import scoring


def test_an_answer_tells_how_long_it_waited_and_was_scored(tmp_path):
    with scoring(price_folder(tmp_path / "server")) as client:
        answer = client.post("/score", json={"data": [{"horsepower": 1, "weight": 2.0}]})
        match = re.fullmatch(r"queue;dur=(\d+\.\d+), score;dur=(\d+\.\d+)", answer.headers["server-timing"])
        assert match
        assert 0 < float(match[2]) < 1000
        assert "server-timing" not in client.get("/readyz").headers


def test_a_refusal_names_its_code_in_a_header(tmp_path):
    with scoring(price_folder(tmp_path / "server")) as client:
        assert client.post("/score", content=b"{").headers["x-mlops-code"] == "broken_json"


def test_a_failure_is_in_the_log_under_its_request_and_trace(tmp_path):
    log = tmp_path / "log"
    with scoring(script_folder(tmp_path / "server", "def init(): ...\ndef run(data): 1 / 0\n"), log=log) as client:
        trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        names = {"x-request-id": "r-9", "traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
        assert client.post("/score", content=b"{}", headers=names).status_code == 502
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    assert ("r-9", trace) in [(line.get("request"), line.get("trace")) for line in lines]
