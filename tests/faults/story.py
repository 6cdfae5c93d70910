"""One story: a studio works, is hurt again and again, loses everything at once, starts again, and is audited."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from mlops.runtime.runner import FOLDER, remove_left_folders
from tests.faults import leftovers
from tests.faults.clocks import Clock
from tests.faults.disk import Disk
from tests.faults.ground import Ground
from tests.faults.injuries import Injuries
from tests.faults.pace import Pace
from tests.faults.sink import Sink
from tests.faults.studio import Studio
from tests.faults.visitor import Visitor
from tests.faults.work import ENDED, Work
from tests.server.conftest import ROOT

TAKEN_UP_SECONDS = 30.0
"""Within which a run that went when all was killed goes on, or says why not, after the start: of the studio's own time
where other programs have the processors too."""
LONGEST_TAKEN_UP_SECONDS = 300.0
MOST_PAUSES = 8
"""A pause lasts at most so many times as long where other programs have the processors: what is hurt again before it
has begun does nothing that could be lost."""
MANY_RUNS, VERY_MANY_RUNS = 10, 50
"""Of so many some have steps that go on for longer than a lease; of so many most are small."""


@dataclass
class Told:
    """`problems` is empty where nothing was lost."""

    seed: int
    injuries: list[str] = field(default_factory=list)
    counts: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    start_seconds: float = 0.0
    again_seconds: float = 0.0
    taken_up_seconds: float = 0.0
    taken_up_own_seconds: float = 0.0
    """Without those that other programs had the processors for."""
    answers: dict[int, int] = field(default_factory=dict)
    """How often a visitor was answered with which status while all was hurt; 0 where nobody answered."""
    account: str = ""


def tell(
    folder: Path,
    ground: Callable[[Path, Path], Ground],
    *,
    seed: int,
    names: tuple[str, ...],
    runs: int,
    seconds: float,
    pause_seconds: float = 2.0,
    workers: int = 1,
    settle_seconds: float = 150.0,
) -> Told:
    """`names`: of the injuries to choose from. They are done for `seconds`, with pauses of `pause_seconds`
    of its own time."""
    told = Told(seed)
    disk = Disk(folder / "data") if "fill_the_disk" in names else None
    clock = Clock(folder / "clock") if "jump_the_clock" in names else None
    standing = ground(folder / "ground", folder / "data")
    studio = Studio(folder, standing, workers=workers, clock=clock)
    sink = Sink(folder / "received.log", host=standing.host)
    try:
        studio.start()
        studio.stop()
        told.start_seconds = studio.start()
        work = Work(studio, sink, has_long_steps=runs >= MANY_RUNS, are_most_small=runs >= VERY_MANY_RUNS)
        visitor = Visitor(studio)
        injuries = Injuries(studio, standing, seed, disk=disk, clock=clock)
        told.injuries = injuries.told
        work.begin(runs=runs, apart_seconds=seconds / max(runs, 1) / 2)
        deadline, pace = time.monotonic() + seconds, Pace(studio.processes)
        while time.monotonic() < deadline and (work.is_going() or runs < MANY_RUNS):
            pace.sleep(pause_seconds, most_seconds=MOST_PAUSES * pause_seconds)
            injuries.chosen(names)
        injuries.heal()
        work.end()
        visitor.end()
        told.answers = dict(visitor.answers)
        told.problems += visitor.faults
        _lose_everything(studio, work, told)
        told.problems += audited(studio, work, told, settle_seconds)
        told.problems += _tidied(studio)
        studio.stop()
        time.sleep(1)
        told.problems += list(leftovers.of_processes(studio))
    finally:
        told.account = studio.account()
        studio.kill_everything()
        sink.close()
        standing.stop()
        if disk is not None:
            disk.remove()
    return told


def _lose_everything(studio: Studio, work: Work, told: Told) -> None:
    with studio.api() as api:
        last = [work.submit_patiently(api) for _number in range(3)][-1]
        until(lambda: bool(_going(api, last)), seconds=240)
        going = _going(api, last)
    studio.kill_everything()
    told.injuries.append(f"everything was killed, and of the last run {len(going)} steps went")
    told.again_seconds = studio.start()
    began, pace = time.monotonic(), Pace(studio.processes)
    with studio.api() as api:
        is_late = lambda: pace.own_seconds() > TAKEN_UP_SECONDS  # noqa: E731
        until(lambda: _are_taken_up(api, last, going) or is_late(), seconds=LONGEST_TAKEN_UP_SECONDS)
        told.taken_up_seconds, told.taken_up_own_seconds = time.monotonic() - began, pace.own_seconds()
        if not until(lambda: _are_taken_up(api, last, going), seconds=1):
            state = [(one["node"], one["state"], one["attempt"], one["reason"]) for one in _steps(api, last)]
            told.problems.append(f"a run was not taken up within {TAKEN_UP_SECONDS:.0f} s of the start: {state}")


def _going(api: Any, run: str) -> dict[str, int]:
    """Nodes that run, and in which attempt."""
    return {one["node"]: one["attempt"] for one in _steps(api, run) if one["state"] == "running"}


def _are_taken_up(api: Any, run: str, going: dict[str, int]) -> bool:
    """Steps that went when all was killed were begun again, or have ended."""
    known = {one["node"]: one for one in _steps(api, run)}
    return all(known[node]["attempt"] > attempt or known[node]["state"] in ENDED for node, attempt in going.items())


def _steps(api: Any, run: str) -> list[dict[str, Any]]:
    return list(api.get(f"runs/{run}/").json()["steps"])


def audited(studio: Studio, work: Work, told: Told, settle_seconds: float) -> list[str]:
    (studio.folder / "acknowledged.json").write_text(json.dumps(work.acknowledged))
    words = [sys.executable, "-m", "tests.faults.audit", str(studio.folder), "--wait", str(settle_seconds)]
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, **studio.variables}, capture_output=True, text=True)
    if not done.stdout.strip():
        return [f"the audit ended with {done.returncode}: {done.stderr[-3000:]}"]
    found = json.loads(done.stdout.strip().splitlines()[-1])
    told.counts = {**found["counts"], "refused": work.refused, "acknowledged": len(work.acknowledged["runs"])}
    return list(found["problems"])


def _tidied(studio: Studio) -> list[str]:
    """Zygotes of live workers have a folder each; the next that starts removes those of dead ones."""
    known = _told_to_zygotes(studio)
    for folder in (studio.folder / "tmp").glob(f"{FOLDER}*"):
        if folder.name not in known:
            os.utime(folder, (0, 0))  # as if it had died long ago
    remove_left_folders(studio.folder / "tmp")
    until(lambda: not _left(studio), seconds=90)
    return _left(studio)


def _left(studio: Studio) -> list[str]:
    known = _told_to_zygotes(studio)
    return [one for one in leftovers.of_files(studio) if one.rsplit("/", 1)[-1] not in known]


def _told_to_zygotes(studio: Studio) -> str:
    return " ".join(word for one in studio.of("mlops.runtime.zygote") for word in _words(one))


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def until(is_so: Callable[[], bool], *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if is_so():
                return True
        except (KeyError, ValueError, OSError):
            pass
        time.sleep(0.3)
    return False
