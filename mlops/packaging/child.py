"""Runs one of our modules in a process of its own, beating while it lives and killing it at its deadline."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

BEAT_SECONDS = 5.0
POLL_SECONDS = 0.05
SAID_BYTES = 4_000
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """`said`: the end of its standard error. `too_late`: killed at the deadline."""

    status: int
    said: str
    too_late: bool = False

    @property
    def why(self) -> str:
        if self.too_late:
            return "it took too long and was stopped"
        if self.status < 0:
            killer = signal.Signals(-self.status).name
            return f"its process was killed ({killer}), most likely because the machine ran out of memory"
        lines = [line for line in self.said.splitlines() if line.strip()]
        return lines[-1] if lines else f"its process ended with status {self.status}"


def run_module(
    module: str,
    arguments: Sequence[str],
    *,
    folder: Path,
    seconds: float,
    beat: Callable[[], None] = lambda: None,
    beat_seconds: float = BEAT_SECONDS,
) -> Ended:
    """`beat` is called about every `beat_seconds`; what it raises ends the child too."""
    errors = folder / f"{module.rpartition('.')[2]}.log"
    environment = {**os.environ, **dict.fromkeys(THREADS, "1"), "PYTHONUNBUFFERED": "1"}
    with errors.open("wb") as said:
        child = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    try:
        too_late = _wait(child, seconds=seconds, beat=beat, beat_seconds=beat_seconds)
    finally:
        _kill(child)
    text = errors.read_bytes()[-SAID_BYTES:].decode(errors="replace")
    return Ended(status=child.returncode, said=text, too_late=too_late)


def _wait(child: subprocess.Popen[bytes], *, seconds: float, beat: Callable[[], None], beat_seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    next_beat = time.monotonic() + beat_seconds
    while child.poll() is None:
        now = time.monotonic()
        if now > deadline:
            return True
        if now > next_beat:
            beat()
            next_beat = now + beat_seconds
        time.sleep(POLL_SECONDS)
    return False


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    if child.stdin:
        child.stdin.close()
