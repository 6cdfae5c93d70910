"""Class: sources of versions and locations of experiments that the server then reads (CVE-2023-1177, CVE-2023-2780,
CVE-2023-6014, CVE-2023-6909, CVE-2023-6974, CVE-2023-6977, CVE-2024-1483, CVE-2024-1558, CVE-2024-2928, CVE-2024-3573,
CVE-2024-3848, CVE-2025-11201, CVE-2026-2614; a report of `artifact_location` by HTTP).

The server reads the files of its own store alone. An address outside is a word of the client's, and is given back as
one; a path of a machine is refused, whichever field or tag goes with it."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from itertools import product

import pytest

from mlops.registry.models import ModelVersion
from mlops.runs.models import Experiment
from tests.attacks.hostile import SOURCES

PROMPT = [{"key": "mlflow.prompt.is_prompt", "value": "true"}]


@pytest.fixture
def run_id(send) -> str:
    return send("POST", "runs/create", {"experiment_id": "0"}).json()["run"]["info"]["run_id"]


@pytest.fixture
def model(send, run_id) -> dict[str, str]:
    send("POST", "registered-models/create", {"name": "m"})
    told = {"experiment_id": "0", "name": "l", "source_run_id": run_id}
    return send("POST", "logged-models", told).json()["model"]["info"]


def test_no_version_is_made_of_files_elsewhere(send, run_id, model):
    wrong = []
    for source, more in product(SOURCES, ({}, {"run_id": run_id}, {"model_id": model["model_id"]}, {"tags": PROMPT})):
        answer = send("POST", "model-versions/create", {"name": "m", "source": source} | more)
        if answer.status_code not in (400, 404):
            wrong.append((source, more, answer.told[:200]))
    assert wrong == []
    assert not ModelVersion.objects.exists()


def test_no_experiment_lies_in_the_files_of_a_machine(send, contributor):
    for place in filter(None, SOURCES):
        answer = send("POST", "experiments/create", {"name": "e", "artifact_location": place})
        assert answer.status_code == 400, (place, answer.told[:200])
    assert not Experiment.objects.filter(name="e").exists()


@contextmanager
def listening():
    """A port that counts who knocks."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.2)
        knocks = []

        def wait() -> None:
            try:
                knocks.append(door.accept())
            except TimeoutError:
                return

        waiting = threading.Thread(target=wait)
        waiting.start()
        yield door.getsockname()[1], knocks
        waiting.join()
        for caller, _place in knocks:
            caller.close()


def test_a_place_outside_is_kept_as_a_word_and_never_called(send, model):
    with listening() as (port, knocks):
        place = f"https://127.0.0.1:{port}/models"
        made = send("POST", "experiments/create", {"name": "e", "artifact_location": place}).json()["experiment_id"]
        run = send("POST", "runs/create", {"experiment_id": made}).json()["run"]["info"]["run_id"]
        assert send("GET", f"artifacts/list?run_id={run}").json()["files"] == []
        assert send("GET", f"/get-artifact?run_id={run}&path=a.txt").status_code == 404
        told = send("POST", "model-versions/create", {"name": "m", "source": place})
        assert told.status_code == 200
        assert send("GET", "model-versions/get-download-uri?name=m&version=1").json()["artifact_uri"] == place
    assert knocks == []
