"""The whole chain under load: scoring servers, router and worker are killed (SIGKILL) in turn, and every row that was
acknowledged is exactly once in the dataset that is made of what was collected."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from tests.journeys.conftest import Studio

ROWS, CALLERS, PER_SECOND = 100, 4, 1000
ROUNDS = 2
SCRIPT = """
import json

def init():
    pass

def run(data):
    return {"predictions": [{"double": 2 * row["x"]} for row in json.loads(data)["data"]]}
"""
DEPLOYMENT = """
name: blue
endpoint_name: survivors
model: azureml:survivor:1
code_configuration:
  code: .
  scoring_script: score.py
instance_count: 2
"""


class Callers:
    """Together they send PER_SECOND rows a second and note which requests were acknowledged, with their rows."""

    def __init__(self, url: str, key: str) -> None:
        self.acknowledged: dict[str, list[int]] = {}
        self._url, self._headers = url, {"Authorization": f"Bearer {key}"}
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(number,), daemon=True) for number in range(CALLERS)]

    def __enter__(self) -> Callers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(30)

    def _call(self, number: int) -> None:
        pause, count = ROWS * CALLERS / PER_SECOND, 0
        client = httpx.Client(timeout=10, headers=self._headers)
        while not self._ended.is_set():
            due, count = time.monotonic() + pause, count + 1
            given = [number * 10_000_000 + count * ROWS + row for row in range(ROWS)]
            try:
                answer = client.post(self._url, json={"data": [{"x": one} for one in given]})
                if answer.status_code == 200 and answer.headers.get("x-mlops-collected") == "1":
                    self.acknowledged[answer.headers["x-request-id"]] = given
            except httpx.HTTPError:
                client.close()
                client = httpx.Client(timeout=10, headers=self._headers)
            time.sleep(max(0.0, due - time.monotonic()))
        client.close()


@pytest.fixture
def mlops(studio: Studio, tmp_path: Path) -> Iterator[Any]:
    """Says a command to the studio, and gives what it answers."""

    def say(*words: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "mlops.client.main", *words, "-o", "json"],
            cwd=tmp_path,
            env={**os.environ, "MLOPS_DATA_DIR": str(studio.data_dir), "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout) if done.stdout.strip() else None

    yield say
    say("online-endpoint", "delete", "-n", "survivors", "-y")


def test_every_acknowledged_row_is_in_the_dataset_exactly_once(studio: Studio, mlops: Any, tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(SCRIPT)
    (tmp_path / "blue.yml").write_text(DEPLOYMENT)
    project = ("--project", "getting-started")
    mlops("model", "create", "-n", "survivor", "--path", "score.py", *project)
    mlops("online-endpoint", "create", "-n", "survivors", *project)
    mlops("online-deployment", "create", "-f", "blue.yml", "--all-traffic")
    _collect(studio)
    endpoint = mlops("online-endpoint", "show", "-n", "survivors")
    key = mlops("online-endpoint", "get-credentials", "-n", "survivors")["primaryKey"]
    with Callers(endpoint["scoring_uri"], key) as callers:
        _until(lambda: len(callers.acknowledged) > 20, "requests are collected")
        for _number in range(ROUNDS):
            for victim in ("mlops.scoring", "mlops.server.worker", "mlops.router"):
                before = len(callers.acknowledged)
                os.kill(_pid(studio, victim), signal.SIGKILL)
                _until(lambda before=before: len(callers.acknowledged) > before + 20, f"{victim} is back")
    _until(lambda: _spooled(studio) == 0, "all is taken in")
    saved = mlops("online-endpoint", "collected", "save", "-n", "survivors", "--dataset", "kept", "--columns", "all")
    mlops("data", "download", "-n", "kept", "--format", "parquet", "--download-path", str(tmp_path / "kept.parquet"))
    kept = pl.read_parquet(tmp_path / "kept.parquet")
    assert kept.height == saved["rows"]
    assert kept.select("request_id", "row").is_duplicated().sum() == 0
    rows = kept.sort("row").group_by("request_id").agg("inputs.x", "predictions.double")
    found = {request: (x, double) for request, x, double in rows.iter_rows()}
    wanted = {one: (x, [2 * each for each in x]) for one, x in callers.acknowledged.items()}
    assert {one: found.get(one) for one in wanted} == wanted


def _collect(studio: Studio) -> None:
    """Turned on, and in force: answers say that they were collected."""
    from mlops.client.connection import Connection
    from mlops.client.credentials import find

    connection = Connection(find({"MLOPS_DATA_DIR": str(studio.data_dir)}))
    (row,) = [one for one in connection.all("online-endpoints/") if one["name"] == "survivors"]
    path = f"online-endpoints/{row['id']}/deployments/blue/"
    connection.request("PATCH", path, body={"collection": {"is_enabled": True}})


def _pid(studio: Studio, module: str) -> int:
    """A process below the studio's that runs this module; waits while it is being started again."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for pid in _below(studio.process.pid):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if module.encode() in words:
                return pid
        time.sleep(0.2)
    raise AssertionError(f"no process runs {module}")


def _below(pid: int) -> list[int]:
    found = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(word) for word in thread.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *_below(child)]
    return found


def _spooled(studio: Studio) -> int:
    return len(list((studio.data_dir / "spool").glob("*/*.seg"))) + len(
        [one for one in (studio.data_dir / "spool").glob("*/*.open") if one.stat().st_size > 8]
    )


def _until(holds: Any, what: str, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"It did not come to pass in {seconds:.0f} s: {what}."
        time.sleep(0.2)
