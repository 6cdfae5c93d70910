"""Scripts that import azureml.core find it in a job, where it is not installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from mlops.blocks.custom.stand_in import path_of_stand_in

SCRIPT = """
from azureml.core import Run
from azureml.core.run import Run as Same
run = Run.get_context()
assert Same is Run
run.log("loss", 0.5)
run.log("note", "fine")
run.parent.log_list("lr", [1, 2])
run.log_table("t", {"x": [1.5], "y": 3})
run.upload_file("../../plots/a.txt", __file__)
run.set_tags({"team": "red"})
run.complete()
"""


def test_metrics_and_files_of_a_script_arrive(tmp_path):
    (tmp_path / "train.py").write_text(SCRIPT)
    env = path_of_stand_in(Path(sys.executable), tmp_path, "/somewhere") | {"MLOPS_METRICS": str(tmp_path / "m.jsonl")}
    done = subprocess.run(
        [sys.executable, "train.py"], cwd=tmp_path, env=os.environ | env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in (tmp_path / "m.jsonl").read_text().splitlines()]
    assert told == [{"loss": 0.5}, {"lr": 1.0}, {"lr": 2.0}, {"t.x": 1.5}, {"t.y": 3.0}]
    assert "note: fine" in done.stdout
    assert (tmp_path / "outputs/plots/a.txt").read_text() == SCRIPT


def test_what_is_installed_goes_first(tmp_path):
    (tmp_path / "env/lib/python3.11/site-packages/azureml").mkdir(parents=True)
    assert path_of_stand_in(tmp_path / "env/bin/python", tmp_path / "work") == {}
