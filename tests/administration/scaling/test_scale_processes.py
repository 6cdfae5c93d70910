"""The example of an autoscale command: processes begin with the pool's labels, and are drained before they end."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "docs/deploy/scale-processes"
MLOPS = """#!/bin/sh
echo "$@ labels=$MLOPS_WORKER_LABELS token=$MLOPS_TOKEN" >> "$SCALE_FOLDER/said"
case "$1 $2" in
    "serve worker") exec sleep 60 ;;
    "worker show") cat "$SCALE_FOLDER/running" ;;
esac
"""
"""In the place of the product's command."""

Scale = Callable[[int, int], str]


@pytest.fixture
def scale(tmp_path: Path) -> Iterator[Scale]:
    (tmp_path / "mlops").write_text(MLOPS)
    (tmp_path / "mlops").chmod(0o755)
    (tmp_path / "scale.env").write_text("MLOPS_TOKEN=of-an-administrator\n")
    (tmp_path / "running").write_text("0\n")
    environ = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}", "SCALE_FOLDER": str(tmp_path), "SCALE_DRAIN_SECONDS": "0",
        "SCALE_SETTINGS": str(tmp_path / "scale.env"), "MLOPS_POOL_LABELS": "gpu,zone=a",
    }  # fmt: skip

    def call(wanted: int, has: int) -> str:
        words = [str(SCRIPT), "gpus", str(wanted), str(has)]
        return subprocess.run(words, env=environ, capture_output=True, text=True, check=True, timeout=30).stdout

    yield call
    for pid in pids(tmp_path):
        os.kill(pid, 15)


def pids(folder: Path) -> list[int]:
    return [int(one.read_text()) for one in sorted(folder.glob("gpus/*.pid"))]


def lives(pid: int) -> bool:
    return Path(f"/proc/{pid}/cmdline").is_file() and "sleep" in Path(f"/proc/{pid}/cmdline").read_text()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_workers_begin_with_the_labels_and_what_begins_counts_already(scale, tmp_path):
    scale(2, 0)
    first = pids(tmp_path)
    assert len(first) == 2
    until(lambda: all(lives(pid) for pid in first))
    assert f"serve worker --data-dir {tmp_path}/gpus/1 labels=gpu,zone=a" in (tmp_path / "said").read_text()
    assert scale(2, 0) == ""
    assert pids(tmp_path) == first


def test_a_worker_is_drained_before_it_ends_and_left_while_it_runs_steps(scale, tmp_path):
    scale(1, 0)
    (pid,) = pids(tmp_path)
    until(lambda: lives(pid))
    (tmp_path / "running").write_text("1\n")
    assert "is still running steps" in scale(0, 1)
    assert lives(pid)
    (tmp_path / "running").write_text("0\n")
    assert scale(0, 1).startswith("stopped ")
    until(lambda: not lives(pid))
    assert f":{pid} -o tsv labels= token=of-an-administrator" in (tmp_path / "said").read_text()
