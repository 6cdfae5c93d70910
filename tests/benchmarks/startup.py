"""`python -m tests.benchmarks.startup`: how long `mlops up` takes against a bare Django start in the same run, and
what all its processes hold in memory when idle. Exit status 1 when a promise is broken."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from threading import Timer
from typing import NamedTuple

import psutil

from mlops.server.ports import free
from mlops.supervisor.probe import get

MOST_RATIO = 5.0
MOST_RSS_MIB = 350.0
SETTLE_SECONDS = 8.0
READY_SECONDS = 60.0
ROOT = Path(__file__).resolve().parents[2]


class Held(NamedTuple):
    name: str
    pid: int
    rss_mib: float
    pss_mib: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="starts of each kind (default: 3)")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="mlops-startup-") as temporary:
        folder = Path(temporary)
        bare, first, second, held = _measured(folder, rounds)
    print(f"{'start':34}{'seconds':>9}{'ratio':>8}   (median of {rounds})")
    for name, seconds in (
        ("bare Django: runserver", bare),
        ("mlops up, first start (migrates)", first),
        ("mlops up, second start", second),
    ):
        print(f"{name:34}{median(seconds):9.2f}{median(seconds) / median(bare):8.2f}")
    print(f"\n{'idle process':34}{'RSS MiB':>9}{'PSS MiB':>9}")
    for one in held:
        print(f"{one.name:34}{one.rss_mib:9.1f}{one.pss_mib:9.1f}")
    rss = sum(one.rss_mib for one in held)
    print(f"{f'{len(held)} processes together':34}{rss:9.1f}{sum(one.pss_mib for one in held):9.1f}")
    ratio = max(median(first), median(second)) / median(bare)
    print(f"\nratio {ratio:.2f} (at most {MOST_RATIO}), idle RSS {rss:.0f} MiB (at most {MOST_RSS_MIB:.0f})")
    return 0 if ratio <= MOST_RATIO and rss <= MOST_RSS_MIB else 1


def _measured(folder: Path, rounds: int) -> tuple[list[float], list[float], list[float], list[Held]]:
    """Interleaved, so that a machine that gets busier does so for all of them."""
    bare_project = _bare_project(folder)
    _bare(bare_project)  # both kinds once before, so that byte code and disk caches are warm for both
    with _up(folder / "warm"):
        pass
    bare, first, second = [], [], []
    for turn in range(rounds):
        bare.append(_bare(bare_project))
        data = folder / f"data-{turn}"
        with _up(data) as (_, seconds):
            first.append(seconds)
        with _up(data) as (process, seconds):
            second.append(seconds)
            held = _idle(process) if turn == rounds - 1 else []
    return bare, first, second, held


def _bare_project(folder: Path) -> Path:
    project = folder / "bare"
    project.mkdir()
    subprocess.run([sys.executable, "-m", "django", "startproject", "bare", str(project)], check=True)
    return project


def _bare(project: Path) -> float:
    """Seconds from the start of the process to its first answer."""
    port = free("127.0.0.1")
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=project, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while (reply := get(port, "/")) is None or reply.status != 200:
            time.sleep(0.01)
        return time.perf_counter() - started
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _up(data: Path) -> Iterator[tuple[psutil.Process, float]]:
    """A running `mlops up`, and the seconds from the start of its process to the ready line."""
    command = [sys.executable, "-m", "mlops.client.main", "up", "--port", "0", "--no-samples", "--data-dir", str(data)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MLOPS_")}
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        deadline = Timer(READY_SECONDS, process.terminate)
        deadline.start()
        if not any(line.startswith("ready: ") for line in process.stdout or ()):
            raise SystemExit(f"mlops up was not ready within {READY_SECONDS:.0f} s; its logs:\n{_logs(data)}")
        deadline.cancel()
        yield psutil.Process(process.pid), time.perf_counter() - started
    finally:
        process.terminate()
        process.wait()


def _logs(data: Path) -> str:
    return "\n".join(f"{path.name}: {path.read_text()[-2000:]}" for path in (data / "logs").glob("*.log"))


def _idle(up: psutil.Process) -> list[Held]:
    time.sleep(SETTLE_SECONDS)
    return [_held(process) for process in (up, *up.children(recursive=True))]


def _held(process: psutil.Process) -> Held:
    memory = process.memory_full_info()
    words = [word for word in process.cmdline() if word.startswith("mlops.") or word == "up"]
    return Held(" ".join(words) or process.name(), process.pid, memory.rss / 2**20, memory.pss / 2**20)


if __name__ == "__main__":
    sys.exit(main())
