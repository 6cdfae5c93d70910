"""From a push to an answer: the job makes a model version, the release deploys it, the router answers by it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import Studio

SECONDS = 120
TRAIN = """$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
command: mkdir -p ${{outputs.model}} && cp rate.json ${{outputs.model}}/rate.json
code: ../src
outputs:
  model: {type: custom_model, name: released}
"""
BLUE = """$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
name: blue
endpoint_name: released
model: azureml:released@latest
code_configuration: {code: ../src, scoring_script: score.py}
"""
SCORE = """import json, os, pathlib
def init():
    global rate
    found = next(pathlib.Path(os.environ["MLOPS_MODEL_DIR"]).rglob("rate.json"))
    rate = json.loads(found.read_text())["rate"]
def run(data):
    return {"by": rate}
"""
Command = Callable[..., Any]


@pytest.fixture
def command(studio: Studio) -> Command:
    environ = {**os.environ, "MLOPS_DATA_DIR": str(studio.data_dir)}

    def run(*words: str) -> Any:
        line = [sys.executable, "-m", "mlops.client.main", *words, "-o", "json"]
        done = subprocess.run(line, env=environ, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or "null")

    return run


@pytest.fixture
def push(studio: Studio, tmp_path: Path) -> Callable[[dict[str, str]], str]:
    """Commits files to a bare repository where the studio may read; gives the commit."""
    tree, bare = tmp_path / "tree", studio.roots / "released.git"
    subprocess.run(["git", "init", "-q", "-b", "main", str(tree)], check=True)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(bare)], check=True)

    def git(*words: str) -> str:
        line = ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-C", str(tree), *words]
        return subprocess.run(line, check=True, capture_output=True, text=True).stdout.strip()

    def done(files: dict[str, str]) -> str:
        for name, text in files.items():
            (tree / name).parent.mkdir(exist_ok=True)
            (tree / name).write_text(text)
        git("add", "-A")
        git("commit", "-q", "-m", "Change the rate")
        git("push", "-q", str(bare), "main")
        return git("rev-parse", "HEAD")

    return done


def test_a_push_trains_registers_deploys_and_answers(studio, command, push):
    first = push({".mlops/train.yml": TRAIN, "deploy/blue.yml": BLUE, "src/score.py": SCORE, "src/rate.json": rate(3)})
    command("repository", "create", "-n", "released", "--url", f"file://{studio.roots}/released.git")
    endpoint = command("online-endpoint", "create", "-n", "released")
    command(
        "repository", "release", "-n", "released", "--release", "ship", "--model", "released", "--does", "deployment",
        "--path", "deploy/blue.yml", "--traffic", "100",
    )  # fmt: skip

    command("repository", "sync", "-n", "released")
    assert answer_becomes(command, endpoint["scoring_uri"], {"by": 3})
    assert calls(command) == [("done", first)]

    second = push({"src/rate.json": rate(5)})
    command("repository", "sync", "-n", "released")
    assert answer_becomes(command, endpoint["scoring_uri"], {"by": 5})
    assert calls(command) == [("done", second), ("done", first)]


def rate(value: int) -> str:
    return json.dumps({"rate": value})


def answer_becomes(command: Command, uri: str, wanted: Any) -> bool:
    """Whether a call of the router is answered so in time."""
    key = command("online-endpoint", "get-credentials", "-n", "released")["primaryKey"]
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    for _ in range(SECONDS):
        try:
            with urllib.request.urlopen(urllib.request.Request(uri, b'{"data": [1]}', headers), timeout=10) as answer:
                if json.load(answer) == wanted:
                    return True
        except OSError:
            pass  # not deployed yet
        time.sleep(1)
    return False


def calls(command: Command) -> list[tuple[str, str]]:
    """The newest first: how each release ended, and of which commit it was. The last one ends after the traffic."""
    for _ in range(SECONDS):
        (release,) = command("repository", "releases", "-n", "released")
        found = [(call["state"], call["commit"]) for call in release["calls"]]
        if all(state in ("done", "failed") for state, _commit in found):
            break
        time.sleep(1)
    return found
