"""A control group for a step's processes, where we may make one: the kernel itself then bounds how many there are, and
none that belongs to it is missed when all are ended.

Version 1 of control groups (the controller `pids`), or version 2 where it is handed down to us. See cgroups(7)."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import time
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PREFIX = "mlops-"
KILL_SECONDS = 5.0


class Group:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def enter(self) -> None:
        """The calling process, and all that it starts from then on."""
        (self._folder / "cgroup.procs").write_text("0")

    def kill(self) -> None:
        """All of them; none can be born meanwhile."""
        with contextlib.suppress(OSError):
            (self._folder / "pids.max").write_text("0")
        deadline = time.monotonic() + KILL_SECONDS
        while (pids := self._pids()) and time.monotonic() < deadline:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.002)

    def remove(self) -> None:
        """Once all have ended; those that are left are ended first."""
        for _attempt in range(20):
            self.kill()
            try:
                self._folder.rmdir()
            except FileNotFoundError:
                return
            except OSError:  # the last ones are still leaving
                time.sleep(0.005)
            else:
                return

    def _pids(self) -> list[int]:
        try:
            listed = (self._folder / "cgroup.procs").read_text().split()
        except OSError:
            return []
        return [pid for pid in map(int, listed) if pid and not _is_zombie(pid)]


def make_group(name: str, *, tasks: int) -> Group | None:
    """`tasks`: threads of all its processes together. None where no group can be made."""
    place = home()
    if place is None:
        return None
    folder = place / f"{PREFIX}{name}"
    try:
        folder.mkdir(exist_ok=True)
        (folder / "pids.max").write_text(str(tasks))
    except OSError:
        with contextlib.suppress(OSError):
            folder.rmdir()
        return None
    return Group(folder)


@functools.cache
def home() -> Path | None:
    """Where groups can be made; None where nowhere."""
    for place in _own_places():
        trial = place / f"{PREFIX}trial-{os.getpid()}"
        with contextlib.suppress(OSError):
            trial.mkdir(exist_ok=True)
            offers = (trial / "pids.max").exists()
            trial.rmdir()
            if offers:
                return place
    return None


def remove_lost(is_alive: str) -> None:
    """What a killed owner left: groups are named `mlops-OWNER-…`; `is_alive` is the owner that goes on."""
    place = home()
    if place is None:
        return
    with contextlib.suppress(OSError):  # others make and remove groups there meanwhile
        for name in os.listdir(place):
            owner = name.removeprefix(PREFIX).partition("-")[0] if name.startswith(PREFIX) else ""
            if owner.isdecimal() and owner != is_alive and not Path(f"/proc/{owner}").exists():
                Group(place / name).remove()


def _own_places() -> list[Path]:
    places = []
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _number, controllers, path = line.split(":", 2)
            if "pids" in controllers.split(","):
                places.append(ROOT / "pids" / path.lstrip("/"))
            elif not controllers:
                places += [ROOT / path.lstrip("/"), ROOT / "unified" / path.lstrip("/")]
    return places


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2][:1] in (b"Z", b"X")
    except OSError:
        return True
