"""`python -m tests.benchmarks.restart`: all is killed with kill -9 while runs go, and begun again: how long until it is
ready, beside a start after an ordinary end, and until the runs go on. Exit status 1 when a promise is broken."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psutil

from tests.server.conftest import Up

PASSWORD = "of-this-benchmark-alone"
RUNS, STEP_SECONDS = 3, 8
MOST_RATIO = 1.5
"""A killed one's start beside an ordinary start: the database recovers, and a machine is never quite quiet."""
GO_ON_SECONDS = 30.0
PATIENCE_SECONDS = 180.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="deaths, and as many ordinary ends (default: 3)")
    rounds = parser.parse_args().rounds
    ordinary, killed, going = [], [], []
    with tempfile.TemporaryDirectory(prefix="mlops-restart-", ignore_cleanup_errors=True) as name:
        _ready(Path(name))[0].stop()  # which migrates
        for _round in range(rounds):
            up, _api, seconds = _ready(Path(name))
            ordinary.append(seconds)
            up.stop()
            seconds, until_going = _after_death(Path(name))
            killed.append(seconds)
            going.append(until_going)
    print(f"ready after an ordinary end  {median(ordinary):6.1f} s   (median of {rounds})")
    print(f"ready after kill -9 of all   {median(killed):6.1f} s   {median(killed) / median(ordinary):.2f} x")
    print(f"all runs going or ended      {median(going):6.1f} s   after the start; at most {max(going):.1f}")
    return 0 if median(killed) <= MOST_RATIO * median(ordinary) and max(going) <= GO_ON_SECONDS else 1


def _ready(folder: Path) -> tuple[Up, httpx.Client, float]:
    began = time.monotonic()
    up = Up(folder / "data", environment={"MLOPS_ADMIN_PASSWORD": PASSWORD})
    base = httpx.URL(up.wait_until_ready(PATIENCE_SECONDS)).join("/api/v1/")
    return up, httpx.Client(base_url=base, auth=("admin", PASSWORD), timeout=60), time.monotonic() - began


def _after_death(folder: Path) -> tuple[float, float]:
    """Seconds to ready, and from the start until each step that ran is running once more, or has ended."""
    up, api, _seconds = _ready(folder)
    try:
        project = api.get("projects/").json()["results"][0]["slug"]
        yaml = {"project": project, "yaml": f"command: sleep {STEP_SECONDS}"}
        runs = [api.post("jobs/", json=yaml).raise_for_status().json()["id"] for _run in range(RUNS)]
        _wait(lambda: any(one["state"] == "running" for run in runs for one in _steps(api, run)))
        before = {run: one["attempt"] for run in runs for one in _steps(api, run) if one["state"] == "running"}
    finally:
        _kill(up)
    began = time.monotonic()
    up, api, seconds = _ready(folder)
    try:
        _wait(lambda: all(_goes_on(one, before.get(run)) for run in runs for one in _steps(api, run)))
        going = time.monotonic() - began
        _wait(lambda: all(api.get(f"runs/{run}/").json()["state"] == "completed" for run in runs))
    finally:
        up.stop()
    return seconds, going


def _steps(api: httpx.Client, run: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"runs/{run}/").json()["steps"]
    return found


def _goes_on(step: dict[str, Any], before: int | None) -> bool:
    """`before`: its attempt that was killed. Of one that only waited then, nothing was lost."""
    if before is None or step["state"] not in ("running", "queued", "waiting"):
        return True
    return bool(step["state"] == "running" and step["attempt"] > before)


def _wait(is_so: Any) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError("It did not get there.")
        time.sleep(0.2)


def _kill(up: Up) -> None:
    for one in reversed(up.family()):
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    up.process.wait()


if __name__ == "__main__":
    sys.exit(main())
