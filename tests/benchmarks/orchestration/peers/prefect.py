"""Prefect 3: its server on its own SQLite, one flow process a run, tasks in a pool of four processes or threads.

The tasks' states go to the server; a flow process that dies takes its run with it, which ours would go on with."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

import httpx

from mlops.server.ports import free
from tests.benchmarks.orchestration import HERE, Shape, Taken
from tests.benchmarks.orchestration.peers.venvs import bin_of
from tests.benchmarks.orchestration.spent import MARK, Spent

START_SECONDS = 120.0


def measure(shape: Shape) -> Taken:
    return _measured(shape, "processes")


def measure_threads(shape: Shape) -> Taken:
    return _measured(shape, "threads")


def _measured(shape: Shape, pool: str) -> Taken:
    bin, port = bin_of("prefect"), free("127.0.0.1")
    with tempfile.TemporaryDirectory(prefix="mlops-peer-") as name:
        url = f"http://127.0.0.1:{port}/api"
        variables = {
            **os.environ, MARK: name, "PREFECT_HOME": name, "PREFECT_API_URL": url, "PREFECT_LOGGING_LEVEL": "ERROR",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1",
        }  # fmt: skip
        words = [str(bin / "prefect"), "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"]
        with (Path(name) / "server.log").open("ab") as log:
            server = subprocess.Popen(words, env=variables, stdout=log, stderr=log)
        try:
            _wait(f"{url}/health", Path(name) / "server.log")
            flow = [str(bin / "python"), str(HERE / "programs" / "prefect_flow.py"), pool]
            subprocess.run([*flow, "1", "4", "1"], env=variables, check=True)  # the first builds its tables
            spent = Spent(name)
            before = spent.seconds()
            shown = subprocess.run(
                [*flow, str(shape.runs), str(shape.chains), str(shape.length)],
                env=variables, check=True, capture_output=True, text=True,
            )  # fmt: skip
            return Taken(shape.steps, float(shown.stdout.split()[-1]), spent.seconds() - before)
        finally:
            server.terminate()
            server.wait(30)


def _wait(url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise RuntimeError(f"Prefect's server did not start: {log.read_text()[-2000:]}")
