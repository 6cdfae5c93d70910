"""All tests, in lanes beside each other: `python -m tests.lanes`, which `.ci/test` calls.

What starts the whole product, a browser or containers waits for much of its time, and goes first when it does not; the
rest takes what the processors have left. Test processes of one lane share the secret by which deployments on an engine
are known: two of them would take each other's containers for leftovers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

JOURNEYS = ("tests/journeys",)
SERVERS = ("tests/faults", "tests/server")
STEPS = ("tests/execution", "tests/deployments/targets")
PYTEST = (sys.executable, "-m", "pytest", "-p", "tests.slowest", "--reruns", "1")
"""What waits for clocks, processes and browsers gets a second try on a busy machine, which is told."""
FAILED_IN_TIME = ("--only-rerun", "AssertionError", "--only-rerun", "TimeoutError")
REST = ("nice", "-n", "5", *PYTEST, "-n", "3", "--dist", "loadscope")

interrupted = threading.Event()


@dataclass
class Lane:
    """Its commands follow each other, also after one that failed."""

    name: str
    commands: Sequence[Sequence[str]]
    status: int = 0
    seconds: float = 0.0
    processor_seconds: float = 0.0
    running: int | None = None

    def run(self) -> None:
        began = time.monotonic()
        for command in self.commands:
            if not interrupted.is_set():
                self._run(command)
        self.seconds = time.monotonic() - began

    def _run(self, command: Sequence[str]) -> None:
        pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace"}
        process = subprocess.Popen(command, start_new_session=True, **pipe)  # type: ignore[call-overload]
        self.running = process.pid
        for line in process.stdout:
            print(f"{self.name}: {line}", end="", flush=True)
        _pid, status, used = os.wait4(process.pid, 0)
        self.running = None
        process.returncode = os.waitstatus_to_exitcode(status)
        self.status = self.status or process.returncode
        self.processor_seconds += used.ru_utime + used.ru_stime


LANES = (
    Lane("journeys", [(*PYTEST, *FAILED_IN_TIME, *JOURNEYS)]),
    Lane("servers", [(*PYTEST, *SERVERS), (".ci/scaled", "--short")]),
    Lane("steps", [(*PYTEST, *STEPS)]),
    Lane("rest", [(*REST, *(f"--ignore={path}" for path in (*JOURNEYS, *SERVERS, *STEPS)))]),
)


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    threads = [threading.Thread(target=lane.run) for lane in LANES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for lane in LANES:
        outcome = f"FAILED ({lane.status})" if lane.status else "passed"
        print(f"{lane.name}: {outcome} in {lane.seconds:.0f} s, of which a processor {lane.processor_seconds:.0f} s")
    return int(interrupted.is_set() or any(lane.status for lane in LANES))


def _interrupt(_number: int, _frame: object) -> None:
    """They end in their own way, and no further command begins."""
    interrupted.set()
    for lane in LANES:
        if lane.running is not None:
            os.killpg(lane.running, signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main())
