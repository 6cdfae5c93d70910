"""A script finds the model's files in its folder, and below the name under which that folder was registered."""

from __future__ import annotations

import pytest

from tests.scoring.folders import script_folder
from tests.scoring.running import scoring

SCRIPT = """
import os
def init():
    global texts
    folder = os.environ["AZUREML_MODEL_DIR"]
    texts = [open(os.path.join(folder, *parts)).read() for parts in (("weights.txt",), ("net", "weights.txt"))]
def run(data):
    return texts
"""


def test_files_are_found_with_and_without_the_folders_name(tmp_path):
    folder = script_folder(tmp_path / "server", SCRIPT, model_folder="net")
    (folder / "model").mkdir(exist_ok=True)
    (folder / "model" / "weights.txt").write_text("0.5")
    with scoring(folder) as client:
        assert client.post("/score", content=b"{}").json() == ["0.5", "0.5"]


@pytest.mark.parametrize("name", ["..", "../etc", "/etc"])
def test_a_name_that_is_no_plain_name_is_left_out(tmp_path, name):
    script = 'import os\ndef init():\n    pass\ndef run(data):\n    return os.environ["AZUREML_MODEL_DIR"]\n'
    folder = script_folder(tmp_path / "server", script, model_folder=name)
    (folder / "model").mkdir(exist_ok=True)
    with scoring(folder) as client:
        assert client.post("/score", content=b"{}").json() == str(folder / "model")
