"""Real server processes for tests: started on a free port, waited for, stopped at the end."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], bool], *, seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.03)


def answers(url: str, path: str, *, status: int = 200) -> bool:
    try:
        return httpx.get(f"{url}{path}", timeout=2).status_code == status
    except httpx.TransportError:
        return False


def is_running(pid: int) -> bool:
    """A zombie does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


@contextmanager
def process(module: str, *arguments: str | Path, log: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    with open(log or os.devnull, "ab") as output:
        running = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(15)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


@contextmanager
def scoring(folder: Path, *options: str, ready: int = 200, log: Path | None = None) -> Iterator[httpx.Client]:
    """A scoring server of the folder, once /readyz answers `ready`."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with process("mlops.scoring", "--folder", folder, "--port", str(port), *options, log=log) as running:
        wait_for(lambda: answers(url, "/healthz"))
        wait_for(lambda: answers(url, "/readyz", status=ready))
        with httpx.Client(base_url=url, timeout=30) as client:
            client.headers["x-test-pid"] = str(running.pid)
            yield client
