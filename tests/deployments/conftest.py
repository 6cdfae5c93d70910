"""A real supervisor and a real router on the test's data directory."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest


@pytest.fixture
def plane(data_dir: Path, settings) -> Iterator[Path]:
    """Keeps the plan's servers alive and routes to them until the test is over."""
    port = _free_port()
    settings.ROUTER_URL = f"http://127.0.0.1:{port}"
    environ = {**os.environ, "MLOPS_DATA_DIR": str(data_dir)}
    files = {name: str(data_dir / f"{name}.json") for name in ("serving-plan", "serving-state", "routing")}
    supervisor = ["--plan", files["serving-plan"], "--state", files["serving-state"], "--routing", files["routing"]]
    router = ["--table", files["routing"], "--port", str(port)]
    with (data_dir / "plane.log").open("wb") as log:
        started = [
            subprocess.Popen([sys.executable, "-m", module, *arguments], env=environ, stdout=log, stderr=log)
            for module, arguments in (("mlops.supervisor", supervisor), ("mlops.router", router))
        ]
    try:
        eventually(lambda: _answers(f"{settings.ROUTER_URL}/healthz"), seconds=30)
        yield data_dir
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def eventually(holds: Callable[[], object], *, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not become true in time"
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=1):
            return True
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
