"""The server under load as processes of its own: `mlops up`, and as many workers beside its own as are wanted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

import psutil

ROOT = Path(__file__).resolve().parents[3]
READY_SECONDS = 600.0


@dataclass(frozen=True)
class Place:
    url: str
    variables: dict[str, str]
    processes: tuple[subprocess.Popen[str], ...]

    def family(self) -> dict[str, psutil.Process]:
        """By what each does, such as `web` or `worker 2`."""
        found: dict[str, psutil.Process] = {}
        for process in self.processes:
            with suppress(psutil.Error):
                top = psutil.Process(process.pid)
                for one in (top, *top.children(recursive=True)):
                    with suppress(psutil.Error):
                        name = _name(one)
                        found[f"{name} {one.pid}" if name in found else name] = one
        return found


@contextmanager
def serving(data: Path, *, workers: int, variables: dict[str, str]) -> Iterator[Place]:
    """Ready when the block begins."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MLOPS_")}
    told = clean | {"MLOPS_DATA_DIR": str(data), "MLOPS_RATE_PERSON": "1000000", "MLOPS_RATE_ADDRESS": "1000000",
                    "MALLOC_ARENA_MAX": "2"} | variables  # fmt: skip
    errors = (data.parent / "errors.log").open("w")
    words = [sys.executable, "-m", "mlops.client.main", "up", "--port", "0", "--no-samples", "--data-dir", str(data)]
    up = subprocess.Popen(words, cwd=ROOT, env=told, stdout=subprocess.PIPE, stderr=errors, text=True)
    others: list[subprocess.Popen[str]] = []
    try:
        late = Timer(READY_SECONDS, up.kill)
        late.start()
        url = next((line.split()[1] for line in up.stdout or () if line.startswith("ready: ")), "")
        late.cancel()
        if not url:
            raise SystemExit(f"mlops up was not ready: {(data.parent / 'errors.log').read_text()[-3000:]}")
        for _number in range(workers - 1):
            words = [sys.executable, "-m", "mlops.server.worker"]
            others.append(subprocess.Popen(words, cwd=ROOT, env=told, stdout=errors, stderr=errors, text=True))
        yield Place(url="/".join(url.split("/")[:3]), variables=variables, processes=(up, *others))
    finally:
        for process in (*others, up):
            process.terminate()
        for process in (*others, up):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        errors.close()


def _name(process: psutil.Process) -> str:
    words = process.cmdline()
    if "-m" in words:
        module = words[words.index("-m") + 1]
        return "up" if module == "mlops.client.main" else module.removeprefix("mlops.").removeprefix("server.")
    return process.name()
