"""Dagster: one job a run, its multiprocess executor with four processes, forked from a warm one, on its own SQLite.

No daemon and no web server: a run whose process dies is not gone on with, which ours would be."""

from __future__ import annotations

import os
import subprocess
import tempfile

from tests.benchmarks.orchestration import HERE, Shape, Taken
from tests.benchmarks.orchestration.peers.venvs import bin_of
from tests.benchmarks.orchestration.spent import MARK, Spent


def measure(shape: Shape) -> Taken:
    bin = bin_of("dagster")
    with tempfile.TemporaryDirectory(prefix="mlops-peer-") as name:
        variables = {**os.environ, MARK: name, "DAGSTER_HOME": name, "DAGSTER_DISABLE_TELEMETRY": "1"}
        spent = Spent(name)
        before = spent.seconds()
        words = [str(bin / "python"), str(HERE / "programs" / "dagster_job.py")]
        shown = subprocess.run(
            [*words, str(shape.runs), str(shape.chains), str(shape.length)],
            env=variables, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        return Taken(shape.steps, float(shown.stdout.split()[-1]), spent.seconds() - before)
