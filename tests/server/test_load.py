"""A few seconds of `python -m tests.benchmarks.load`: no page, socket, metric or run fails, and no process rises."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.server.conftest import ROOT

pytestmark = pytest.mark.on_sqlite

PEOPLE = ("--people", "8", "--think", "2", "--metrics", "400", "--runs", "2", "--workers", "2")
SHORT = ("--minutes", "0.12", "--share", "0.001", "--most-rise", "150", "--settle", "240")


def test_nothing_fails_while_people_metrics_and_runs_come_together() -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MLOPS_", "DJANGO_"))}
    words = [sys.executable, "-m", "tests.benchmarks.load", *PEOPLE, *SHORT]
    done = subprocess.run(words, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    assert "failed: none" in done.stdout
