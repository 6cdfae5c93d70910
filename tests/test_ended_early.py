"""Whoever ends a test run finds nothing of it left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
BEGINS = """import subprocess, sys, time
import pytest

@pytest.fixture
def server():
    with subprocess.Popen(["sleep", "300"]) as process:
        yield process
        process.terminate()

def test_it_waits(server):
    print("began", server.pid, file=sys.stderr, flush=True)
    time.sleep(300)
"""


def test_a_server_of_a_run_that_is_terminated_ends_with_it(tmp_path: Path) -> None:
    (tmp_path / "test_waits.py").write_text(BEGINS)
    words = ["-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "-p", "no:django", "-p", "tests.ended_early"]
    command = [sys.executable, *words, "-c", "/dev/null", f"--rootdir={tmp_path}", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as tests:
        server = psutil.Process(int((tests.stderr or [""]).readline().split()[1]))  # type: ignore[union-attr]
        tests.terminate()
        assert tests.wait(60) == 2
    assert not server.is_running()
