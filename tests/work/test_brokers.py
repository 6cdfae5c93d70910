"""Real workers at a real Redis and a real RabbitMQ, which go away, come back, hang and refuse."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import psutil
import pytest

from mlops.server import checks
from tests.services import free_port, open_folder, rabbitmq, redis

pytestmark = pytest.mark.on_sqlite  # the brokers are its subject

ROOT = Path(__file__).resolve().parents[2]
NOT_WRITTEN_YET = 20
"""Calls that came before the broker went, and stand in the worker's row a few seconds later."""
MADE = "import django; django.setup(); from mlops.server import schema; schema.migrate()"
SENT = """
import django, sys, time; django.setup()
from mlops.work.calls import _send
began = time.monotonic()
for _each in range(int(sys.argv[1])):
    _send("execution.sweep", [])
print(time.monotonic() - began)
"""


class Place:
    """A data directory, and a broker at one port that is started, stopped and started again."""

    def __init__(self, folder: Path, start: Callable[..., AbstractContextManager[str]], broker_folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._start, self._broker_folder = start, broker_folder
        scheme = "redis" if start is redis else "amqp"
        self.url = f"{scheme}://127.0.0.1:{self.port}//"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MLOPS_")}
        self.variables = kept | {
            "DJANGO_SETTINGS_MODULE": "mlops.settings",
            "MLOPS_DATA_DIR": str(folder),
            "MLOPS_BROKER_URL": self.url,
        }

    def broker(self) -> AbstractContextManager[str]:
        return self._start(self._broker_folder, port=self.port)

    def send(self, times: int = 1) -> float:
        """How many seconds it took."""
        command = [sys.executable, "-c", SENT, str(times)]
        said = subprocess.run(
            command, cwd=ROOT, env=self.variables, stdout=subprocess.PIPE, text=True, check=True, timeout=60
        )
        return float(said.stdout)

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        log = self.folder / "worker.log"
        with log.open("ab") as told:
            command = [sys.executable, "-m", "mlops.server.worker", "-c", "2"]
            process = subprocess.Popen(command, cwd=ROOT, env=self.variables, stdout=told, stderr=told)
        try:
            yield process
        finally:
            process.kill()
            process.wait(30)

    def calls(self) -> int:
        """That the worker says it has carried out; it writes that every few seconds."""
        with closing(sqlite3.connect(self.folder / "db.sqlite3", timeout=20)) as rows:
            return int(rows.execute("SELECT coalesce(sum(calls), 0) FROM work_worker").fetchone()[0])

    def wait_for_calls(self, *, more_than: int, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while self.calls() <= more_than:
            assert time.monotonic() < deadline, (self.folder / "worker.log").read_text()[-3000:]
            time.sleep(0.1)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the tables."""
    folder = tmp_path_factory.mktemp("made") / "data"
    folder.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MLOPS_")}
    variables = kept | {"DJANGO_SETTINGS_MODULE": "mlops.settings", "MLOPS_DATA_DIR": str(folder)}
    subprocess.run([sys.executable, "-c", MADE], cwd=ROOT, env=variables, check=True)
    return folder


@pytest.fixture(params=[redis, rabbitmq], ids=["redis", "rabbitmq"])
def place(request: pytest.FixtureRequest, made: Path, tmp_path: Path) -> Iterator[Place]:
    with open_folder() as folder:
        yield Place(Path(shutil.copytree(made, tmp_path / "studio")), request.param, folder / "broker")


def test_a_worker_goes_on_with_a_broker_that_was_away(place: Place) -> None:
    with place.worker() as worker:  # which finds none at its start
        with place.broker():
            place.wait_for_calls(more_than=0)
        before = place.calls()
        with place.broker():
            place.wait_for_calls(more_than=before + NOT_WRITTEN_YET)
        assert worker.poll() is None


def test_one_that_hangs_holds_up_no_caller_and_the_doctor_tells_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_BROKER_URL", place.url)
    assert checks.broker("broker").state == "broken"
    with place.broker():
        place.send(times=3)
        told = checks.broker("broker")
        assert (told.state, "answers, 3 calls waiting" in told.detail) == ("ok", True), told
        process = listening(place.port)
        process.suspend()
        try:
            assert checks.broker("broker").state == "broken"
            assert place.send(times=20) < 15
        finally:
            process.resume()


def listening(port: int) -> psutil.Process:
    pid = next(one.pid for one in psutil.net_connections("tcp") if one.status == "LISTEN" and one.laddr.port == port)
    return psutil.Process(pid)
