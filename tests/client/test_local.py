"""`--local`: from Azure's YAML, a script and a model to answers on one's own machine, and the known failures told."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from mlops.client.main import main
from tests.scoring.running import wait_for

SCORE = """
import json, os
import helper


def init():
    global weights
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "weights.json")) as file:
        weights = json.load(file)


def run(data):
    return {"predictions": [helper.total(row, weights) for row in json.loads(data)["data"]], "mode": os.environ["MODE"]}
"""
HELPER = "def total(row, weights):\n    return sum(row[name] * weight for name, weight in weights.items())\n"
YAML = """
$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
name: blue
endpoint_name: demo
model: {path: ../model}
code_configuration: {code: ../src, scoring_script: score.py}
environment_variables: {MODE: fast}
instance_type: Standard_DS3_v2
"""


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("MLOPS_DATA_DIR", str(tmp_path / "data"))
    for place, text in (
        ("src/score.py", SCORE),
        ("src/helper.py", HELPER),
        ("model/weights.json", '{"a": 2, "b": 3}'),
        ("yaml/blue.yml", YAML),
        ("row.json", '{"data": [{"a": 1, "b": 2}]}'),
    ):
        path = tmp_path / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    yield tmp_path
    main(["online-endpoint", "delete", "--local", "-n", "demo", "-y"])


def told(capsys, *words: str) -> object:
    """What a command that succeeds writes."""
    assert main(words) == 0
    return json.loads(capsys.readouterr().out)


def create(folder: Path, *more: str) -> int:
    return main(["online-deployment", "create", "--local", "-f", str(folder / "yaml/blue.yml"), *more])


def invoke(folder: Path) -> tuple[str, ...]:
    return ("online-endpoint", "invoke", "--local", "-n", "demo", "-r", str(folder / "row.json"), "-o", "json")


def test_azures_folder_runs_locally_and_an_edit_is_in_force_at_once(folder, capsys):
    assert create(folder) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "healthy"
    assert told(capsys, *invoke(folder)) == {"predictions": [8], "mode": "fast"}
    (folder / "src/helper.py").write_text(HELPER.replace("sum(", "10 * sum("))
    wait_for(lambda: main(invoke(folder)) == 0 and "80" in capsys.readouterr().out, seconds=20)
    [row] = told(capsys, "online-deployment", "list", "--local", "-e", "demo")
    assert (row["name"], row["state"], row["entry"]) == ("blue", "healthy", "script")
    assert main(["online-deployment", "delete", "--local", "-e", "demo", "-n", "blue", "-y"]) == 0
    assert told(capsys, "online-endpoint", "show", "--local", "-n", "demo")["deployments"] == []


@pytest.mark.parametrize(
    ("file", "before", "after", "words"),
    [
        ("src/helper.py", "def total", "import nowhere\n\n\ndef total", "The package nowhere is missing"),
        ("src/score.py", '"model", "weights', '"azureml-models", "weights', "There is no file"),
        ("src/score.py", "import helper", "import helper,", "cannot be imported: line 3 of score.py"),
    ],
)
def test_a_script_that_does_not_start_is_explained_and_tried_again_when_corrected(
    folder, capsys, file, before, after, words
):
    text = (folder / file).read_text()
    (folder / file).write_text(text.replace(before, after))
    assert create(folder) == 1
    assert words in capsys.readouterr().err
    (folder / file).write_text(text)
    wait_for(lambda: main(invoke(folder)) == 0, seconds=20)


def test_a_failure_in_run_is_the_answer_and_the_log_explains_it(folder, capsys):
    assert create(folder) == 0
    (folder / "row.json").write_text('{"rows": []}')
    assert main(invoke(folder)) == 1
    assert "KeyError: 'data'" in capsys.readouterr().err
    assert main(["online-endpoint", "get-logs", "--local", "-n", "demo"]) == 0
    said = capsys.readouterr()
    assert "Traceback" in said.out
    assert "run() fails at line 13 of score.py" in said.err


def test_a_taken_port_is_refused_before_anything_starts(folder, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert create(folder, "--port", str(taken.getsockname()[1])) == 3
    assert "port_taken" in capsys.readouterr().err


def test_a_second_one_of_the_name_and_an_unknown_one_are_refused(folder, capsys):
    assert create(folder) == 0
    assert create(folder) == 3
    assert "already has a local deployment" in capsys.readouterr().err
    assert main(["online-deployment", "show", "--local", "-e", "demo", "-n", "bleu"]) == 3
    assert "Did you mean 'blue'?" in capsys.readouterr().err
