"""The processes of one studio: `mlops up` with web, worker and router; workers beside it; killed and begun again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import psutil

from tests.faults.clocks import Clock
from tests.faults.ground import Ground
from tests.faults.seats import Seat
from tests.journeys.conftest import free_port
from tests.server.conftest import ROOT, Up

READY_SECONDS = 900.0
"""Also on a machine that does much else, with a database that has to be made first."""


class Studio:
    """`folder` holds `data`, `tmp` (TMPDIR of all, by which each of its processes is known) and `effects.log`."""

    def __init__(self, folder: Path, ground: Ground, *, workers: int = 1, clock: Clock | None = None) -> None:
        """By the `clock` goes one further worker; on SQLite, which is on one machine, all of it. What starts next runs
        the code of the tree `root`."""
        self.root = ROOT
        self.folder, self.data = folder, folder / "data"
        self.port, self.router_port = free_port(), free_port()
        self._ground = ground
        self._clock = clock
        self._seats = [Seat() for _number in range(workers)] + ground.seats(self.port)
        if clock is not None and not self._is_alone:
            self._seats.append(Seat(variables=clock.variables))
        self._workers: dict[int, subprocess.Popen[bytes]] = {}
        """By the number of the seat."""
        self._up: Up | None = None
        self._ended = threading.Event()
        self._lock = threading.Lock()
        (folder / "tmp").mkdir(parents=True)

    @property
    def _is_alone(self) -> bool:
        return "MLOPS_DATABASE_URL" not in self._ground.variables

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        return {
            "TMPDIR": str(self.folder / "tmp"),
            "MLOPS_JOB_CONFINEMENT": "off",
            "MLOPS_STEP_CONTAINERS": "never",
            "MLOPS_STEP_SLOTS": "2",
            "MLOPS_ALLOWED_PRIVATE_HOSTS": f"127.0.0.1,{self._ground.host}",
            "MLOPS_RATE_ADDRESS": "0",
            **self._ground.variables,
            **(self._clock.variables if self._clock is not None and self._is_alone else {}),
        }

    def start(self) -> float:
        """Seconds until it was ready."""
        began = time.monotonic()
        self._up = self._new_up()
        self._up.wait_until_ready(READY_SECONDS)
        took = time.monotonic() - began
        threading.Thread(target=self._drain, args=(self._up,), daemon=True).start()
        self._ended.clear()
        for number in range(len(self._seats)):
            self._add_worker(number)
        threading.Thread(target=self._keep_all, daemon=True).start()
        return took

    def api(self) -> httpx.Client:
        """Signed in with the credential file of the local commands."""
        import json

        found = json.loads((self.data / "client-credentials.json").read_text())
        headers = {"Authorization": f"Bearer {found['token']}"}
        return httpx.Client(base_url=f"{self.url}/api/v1/", headers=headers, timeout=30)

    def processes(self) -> list[psutil.Process]:
        """All that it started, whoever their parents are now: they share its TMPDIR or name its data directory. What
        it stands on is no part of it."""
        marks = (str(self.folder / "tmp"), str(self.data))
        return [one for one in psutil.process_iter() if one.pid != os.getpid() and _carries(one, marks)]

    def of(self, module: str) -> list[psutil.Process]:
        return [one for one in self.processes() if module in _words(one) and "-m" in _words(one)]

    def steps(self) -> list[psutil.Process]:
        """Processes that were forked for steps."""
        zygotes = self.of("mlops.runtime.zygote")
        known = {one.pid for one in zygotes}
        return [one for one in zygotes if _parent(one) in known]

    def zygotes(self) -> list[psutil.Process]:
        steps = {one.pid for one in self.steps()}
        return [one for one in self.of("mlops.runtime.zygote") if one.pid not in steps]

    def kill_everything(self) -> None:
        """By SIGKILL, as the loss of the machine would."""
        self._ended.set()
        with self._lock:
            for one in self.processes():
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
            for worker in self._workers.values():
                worker.wait()
            self._workers.clear()
        if self._up is not None:
            self._up.process.wait()

    def stop(self) -> None:
        self._ended.set()
        with self._lock:
            for worker in self._workers.values():
                worker.terminate()
            for worker in self._workers.values():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    worker.wait(15)
            self._workers.clear()
        if self._up is not None:
            self._up.stop()

    def account(self) -> str:
        logs = [self._up.account()] if self._up is not None else []
        for path in sorted(self.folder.glob("worker*.log")):
            logs.append(f"== {path.name}\n{path.read_text(errors='replace')[-6000:]}")
        return "\n".join(logs)

    def _new_up(self) -> Up:
        ports = ("--port", str(self.port), "--router-port", str(self.router_port))
        return Up(self.data, *ports, environment=self.variables, root=self.root)

    def _add_worker(self, number: int) -> None:
        seat = self._seats[number]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MLOPS_")}
        environment |= {"MLOPS_DATA_DIR": str(self.data), "MLOPS_URL": self.url, "PYTHONPATH": str(self.root)}
        environment |= {"MLOPS_ROUTER_URL": f"http://127.0.0.1:{self.router_port}", **self.variables, **seat.variables}
        with (self.folder / "worker.log").open("ab") as log:
            command = [*seat.before, sys.executable, "-m", "mlops.server.worker"]
            self._workers[number] = subprocess.Popen(command, env=environment, cwd=self.root, stdout=log, stderr=log)

    def _keep_all(self) -> None:
        """As a service manager would."""
        while not self._ended.wait(1):
            with self._lock:
                if self._ended.is_set():
                    return
                for number, worker in list(self._workers.items()):
                    if worker.poll() is not None:
                        self._add_worker(number)
                if self._up is not None and self._up.process.poll() is not None:
                    self._up = self._new_up()
                    threading.Thread(target=self._drain, args=(self._up,), daemon=True).start()

    def _drain(self, up: Up) -> None:
        for _line in up.process.stdout or ():
            pass


def pause(process: psutil.Process, seconds: float) -> None:
    """It stands still, as on a machine that hangs, and then goes on as if nothing had been."""
    process.send_signal(signal.SIGSTOP)

    def resume() -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGCONT)

    timer = threading.Timer(seconds, resume)
    timer.daemon = True
    timer.start()


def _carries(process: psutil.Process, marks: tuple[str, ...]) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        own = process.environ().get("TMPDIR", "")
        return own.startswith(marks) or any(mark in word for word in process.cmdline() for mark in marks)
    except psutil.Error:
        return False


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _parent(process: psutil.Process) -> int:
    try:
        return process.ppid()
    except psutil.Error:
        return 0
