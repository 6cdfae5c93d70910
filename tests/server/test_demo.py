from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil

from tests.scaled import of_its_own
from tests.server.conftest import ROOT, until


def _demo(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlops.client.main", "demo", *words]
    variables = _variables(Path(words[words.index("--data-dir") + 1]))
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=900)


def _variables(folder: Path) -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("MLOPS_")} | of_its_own(folder)


def _processes_on(folder: Path) -> list[int]:
    return [p.pid for p in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(p.info["cmdline"] or ())]


def test_the_demo_goes_from_a_dataset_to_a_prediction_and_leaves_nothing_running(tmp_path: Path) -> None:
    said = _demo("--data-dir", str(tmp_path / "demo"))
    assert said.returncode == 0, said.stdout + said.stderr
    price = float(said.stdout.partition("\nprediction: ")[2].split("\n")[0])
    assert 3_000 < price < 50_000
    for stage in ("run the pipeline", "register the model", "convert to ONNX", "deploy", "score a row"):
        assert f"\n{stage} " in said.stdout
    assert not _processes_on(tmp_path / "demo")


def test_a_stage_that_fails_ends_the_demo_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = _demo("--data-dir", str(tmp_path / "file" / "below"))
    assert said.returncode == 1
    assert "failed at: start the server" in said.stderr
    assert "code: data_dir_unusable" in said.stderr


def test_a_demo_that_is_killed_takes_its_server_along(tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    command = [sys.executable, "-m", "mlops.client.main", "demo", "--data-dir", str(folder)]
    nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    demo = subprocess.Popen(command, cwd=ROOT, env=_variables(folder), **nowhere)  # type: ignore[call-overload]
    assert until(lambda: len(_processes_on(folder)) >= 4)  # the demo, its server, pages and router
    demo.kill()
    demo.wait()
    assert until(lambda: not _processes_on(folder), seconds=20)
