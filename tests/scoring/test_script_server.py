"""A real server process that answers with a user's score.py in a child process."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from mlops.formats.serving import RequestLimits
from tests.scoring.folders import script_folder
from tests.scoring.running import children_of, is_running, scoring, wait_for

ECHO = """
import json, os
import numpy as np
import pandas as pd

def init():
    global folder
    folder = os.environ["AZUREML_MODEL_DIR"]
    print("loaded from", folder)

def run(data):
    body = json.loads(data)
    if body == "table":
        return pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    if body == "array":
        return {"values": np.arange(3), "one": np.float32(0.5), "same": os.environ["MLOPS_MODEL_DIR"] == folder}
    if body == "exit":
        os._exit(7)
    if body == "sleep":
        import time
        time.sleep(60)
    if body == "object":
        return object()
    return body["missing"]
"""


@pytest.fixture(scope="module")
def echo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("echo")
    limits = RequestLimits(timeout_seconds=1.0)
    with scoring(script_folder(folder / "server", ECHO, limits=limits), log=folder / "log") as client:
        client.headers["x-test-log"] = str(folder / "log")
        yield client


def ready_again(client) -> None:
    wait_for(lambda: client.get("/readyz").status_code == 200)


def test_numpy_and_pandas_results_are_encoded(echo):
    assert echo.post("/score", json="array").json() == {"values": [0, 1, 2], "one": 0.5, "same": True}
    table = echo.post("/score", json="table").json()
    assert [row["a"] for row in table] == [1, 2]
    assert table[1]["b"] is None


def test_prints_go_to_the_log(echo):
    with open(echo.headers["x-test-log"]) as log:
        assert "loaded from" in log.read()


def test_an_exception_in_run_names_itself_and_its_line(echo):
    answer = echo.post("/score", json={"present": 1})
    line = ECHO.splitlines().index('    return body["missing"]') + 1
    assert answer.status_code == 502
    assert answer.json()["detail"] == f"score.py, line {line}, in run(): KeyError: 'missing'"


def test_a_result_that_is_no_json_is_refused(echo):
    assert "type object" in echo.post("/score", json="object").json()["detail"]


def test_a_script_that_ends_its_process_is_started_again(echo):
    answer = echo.post("/score", json="exit")
    assert (answer.status_code, answer.json()["code"]) == (502, "model_process_died")
    assert "exit status 7" in answer.json()["detail"]
    ready_again(echo)
    assert echo.post("/score", json="array").status_code == 200


def test_a_script_that_takes_too_long_is_504_and_started_again(echo):
    answer = echo.post("/score", json="sleep")
    assert (answer.status_code, answer.json()["code"]) == (504, "timeout")
    ready_again(echo)


def test_invocations_wrap_what_the_script_returned(echo):
    assert echo.post("/invocations", json="array").json()["predictions"]["one"] == 0.5


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            "def init():\n    raise ValueError('no licence')\ndef run(data): ...\n",
            "line 2, in init(): ValueError: no licence",
        ),
        ("def init(): ...\n", "no function run"),
        ("def run(data)\n    return 1\n", "line 1, in the import: SyntaxError"),
        ("import nowhere\ndef run(data): ...\n", "No module named 'nowhere'"),
        ("import os\nos._exit(3)\n", "ended while loading (exit status 3)"),
    ],
)
def test_a_script_that_cannot_start_leaves_the_server_alive_with_the_reason(tmp_path, source, reason):
    with scoring(script_folder(tmp_path, source), ready=503) as client:
        wait_for(lambda: reason in client.get("/readyz").json()["reasons"][0])
        assert client.get("/healthz").status_code == 200
        assert client.post("/score", json={}).status_code == 503


def test_the_child_dies_when_the_server_is_killed(tmp_path):
    source = "import time\ndef run(data): time.sleep(60)\n"
    with scoring(script_folder(tmp_path, source)) as client:
        server = int(client.headers["x-test-pid"])
        (child,) = children_of(server)
        os.kill(server, signal.SIGKILL)
        wait_for(lambda: not is_running(child), seconds=5)


def test_waiting_longer_than_allowed_is_503_with_retry_after(tmp_path):
    source = "import time\ndef run(data): time.sleep(1.5)\n"
    limits = RequestLimits(queue_wait_seconds=0.2)
    with scoring(script_folder(tmp_path, source, limits=limits)) as client, ThreadPoolExecutor(3) as pool:
        began = time.monotonic()
        answers = list(pool.map(lambda _: client.post("/score", json={}), range(3)))
        assert sorted(a.status_code for a in answers) == [200, 503, 503]
        assert {a.headers.get("retry-after") for a in answers if a.status_code == 503} == {"1"}
        assert time.monotonic() - began < 3


PARALLEL = """
import os, time
def init(): ...
def run(data):
    if data == '"exit"':
        os._exit(7)
    time.sleep(0.5)
    return os.getpid()
"""


def test_several_workers_answer_at_once_and_stand_in_for_one_that_died(tmp_path):
    with scoring(script_folder(tmp_path, PARALLEL, workers=3)) as client, ThreadPoolExecutor(3) as pool:
        began = time.monotonic()
        answers = {answer.json() for answer in pool.map(lambda _: client.post("/score", json={}), range(3))}
        assert len(answers) == 3
        assert time.monotonic() - began < 1.4
        assert client.post("/score", json="exit").status_code == 502
        assert client.get("/readyz").status_code == 200
        assert client.post("/score", json={}).status_code == 200
