"""A real `mlops up` in a directory of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Timer

import psutil
import pytest

from tests.scaled import of_its_own

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 90.0
TOLD_BYTES = 6000
"""Of the end of each log."""


class Up:
    """One `mlops up`: what it printed, and its processes. `root`: of the tree whose code it runs."""

    def __init__(self, folder: Path, *words: str, environment: dict[str, str] | None = None, root: Path = ROOT) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "mlops.client.main", "up", "--data-dir", str(folder), "--no-samples", *words]
        if "--port" not in words:
            command += ["--port", "0"]
        clean = {key: value for key, value in os.environ.items() if not key.startswith("MLOPS_")}
        # A file, as a pipe that nobody reads would halt it.
        self._errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115
        self.process = subprocess.Popen(
            command,
            cwd=root,
            env=clean | of_its_own(folder) | (environment or {}),
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self.printed: list[str] = []
        self.link = ""

    def wait_until_ready(self, seconds: float = READY_SECONDS) -> str:
        """The address of the ready line."""
        deadline = Timer(seconds, self.process.kill)
        deadline.start()
        for line in self.process.stdout or ():
            self.printed.append(line.strip())
            if line.startswith("ready: "):
                deadline.cancel()
                return line.removeprefix("ready: ").strip()
        pytest.fail(f"mlops up was not ready: {self.account()}")

    def family(self) -> list[psutil.Process]:
        up = psutil.Process(self.process.pid)
        return [up, *up.children(recursive=True)]

    def child(self, module: str) -> psutil.Process | None:
        return next((p for p in psutil.Process(self.process.pid).children() if module in _words(p)), None)

    def outcome(self) -> tuple[int, str]:
        """Exit status and standard error of a start that ends by itself."""
        self.process.communicate(timeout=30)
        return self.process.returncode, self.errors()

    def errors(self) -> str:
        self._errors.seek(0)
        return self._errors.read()

    def account(self) -> str:
        """What it told on standard error, the ends of all logs, and what is to serve and does: why something failed."""
        told = [f"== standard error\n{self.errors()[-TOLD_BYTES:]}"]
        places = ("logs/*.log", "serving-plan.json", "serving-state.json", "routing.json", "broker/queue/*")
        for path in (path for place in places for path in sorted(self.folder.glob(place))):
            end = path.read_bytes()[-TOLD_BYTES:].decode(errors="replace")
            told.append(f"== {path.relative_to(self.folder)}\n{end}")
        return "\n".join(told)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(15)


def until(condition: Callable[[], object], *, seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def all_gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """Shared by the tests of a module that leave it running."""
    started = Up(tmp_path_factory.mktemp("shared"))
    try:
        started.link = started.wait_until_ready()
        yield started
    finally:
        started.stop()


@pytest.fixture
def own_up(tmp_path: Path) -> Iterator[Up]:
    """For a test that kills it."""
    started = Up(tmp_path / "own")
    try:
        started.wait_until_ready()
        yield started
    finally:
        started.stop()
