"""A sweep over real scoring servers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mlops.formats.profiling import ProfileOrder, ProfileReport, Progress, measured_members
from mlops.formats.refusal import Refusal
from mlops.packaging.profiling.__main__ import Task
from mlops.packaging.profiling.bodies import example
from mlops.packaging.profiling.servers import started
from mlops.packaging.profiling.sweep import Sweep
from tests.scoring.folders import PRICE, ROW, price_folder, script_folder

QUICK = ProfileOrder(concurrency=(1, 4), rows=(1,), point_seconds=0.2, p99_target_ms=5000, budget_seconds=60)
REQUESTS = example({"data": [ROW]}, signature=PRICE)


def sweep(folder: Path, tmp_path: Path, told: list[Progress] | None = None, **changes: Any) -> ProfileReport:
    order = msgspec.structs.replace(QUICK, **changes)
    tell = (told if told is not None else []).append
    log = tmp_path / "server.log"
    return Sweep(
        order,
        REQUESTS,
        start=lambda cores, memory: started(folder, cores=cores, memory_bytes=memory, log=log),
        tell=tell,
    ).run()


def test_a_sweep_measures_recommends_and_shows_how_far_it_is(tmp_path):
    told: list[Progress] = []
    report = sweep(price_folder(tmp_path / "serve"), tmp_path, told, rows=(1, 50))
    (one,) = report.served
    assert {(point.loop, point.rows) for point in one.points} == {("closed", 1), ("closed", 50), ("open", 1)}
    assert one.cold_start_seconds > 0
    assert one.rss_bytes > 20e6
    assert all(point.success_rate == 1 and point.p50_ms > 0 and point.cpu_cores > 0 for point in one.points)
    assert report.recommendation.meets
    assert [step.share for step in told] == sorted(step.share for step in told)
    assert measured_members(report)["recommendedCpu"] == 1


def test_wanted_requests_are_tried_with_headroom(tmp_path):
    report = sweep(price_folder(tmp_path / "serve"), tmp_path, wanted_per_second=100)
    assert report.chosen.offered_per_second == 130
    assert report.recommendation.per_second == 100


def test_a_time_budget_ends_the_sweep_and_says_so(tmp_path):
    memory = tuple(number << 30 for number in range(1, 41))
    report = sweep(price_folder(tmp_path / "serve"), tmp_path, cores=(1.0,), memory_bytes=memory, budget_seconds=8)
    assert "time budget" in report.ended
    assert len(report.served) < 40


def test_a_server_that_does_not_start_says_why(tmp_path):
    folder = script_folder(tmp_path / "serve", "raise ValueError('no weights here')\n")
    with pytest.raises(Refusal, match="no weights here"):
        sweep(folder, tmp_path)


def test_requests_that_all_fail_say_why(tmp_path):
    folder = script_folder(tmp_path / "serve", "def init(): pass\ndef run(data):\n    raise ValueError('not for me')\n")
    with pytest.raises(Refusal, match="not for me"):
        sweep(folder, tmp_path)


def test_the_command_writes_a_report_and_dies_with_its_parent(tmp_path):
    price_folder(tmp_path / "serve")
    (tmp_path / "example.json").write_bytes(msgspec.json.encode({"data": [ROW]}))
    (tmp_path / "order.json").write_bytes(msgspec.json.encode(Task(order=QUICK)))
    command = [sys.executable, "-m", "mlops.packaging.profiling", "--folder", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as running:
        assert running.wait(60) == 0
    report = msgspec.json.decode((tmp_path / "report.json").read_bytes(), type=ProfileReport)
    assert report.requests == "the input example"
    with subprocess.Popen(command, stdin=subprocess.PIPE) as running:
        running.stdin.close()
        assert running.wait(10) != 0
