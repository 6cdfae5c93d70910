"""One `mlops up` a data directory: a lock that the system lets go when its process ends, however it ends."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from typing import IO, NamedTuple

from mlops.formats.refusal import Refusal

FILE_NAME = "up.lock"


class Holder(NamedTuple):
    pid: int
    since: float
    """Unix time, seconds."""
    url: str


def hold(folder: Path, *, url: str) -> IO[str]:
    """The lock, held until the file is closed. Raises Refusal `data_dir_in_use` naming who holds it and since when."""
    file = open(folder / FILE_NAME, "a+", encoding="utf-8")  # noqa: SIM115 - the open file is the lock
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise _in_use(folder) from None
    file.seek(0)
    file.truncate()
    json.dump({"pid": os.getpid(), "since": time.time(), "url": url}, file)
    file.flush()
    return file


def holder(folder: Path) -> Holder | None:
    """Who holds the lock now, or None."""
    try:
        with open(folder / FILE_NAME, encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return _told(file.read())
    except OSError:  # no file, no such folder, or not ours to read: whoever wants to start there is told then
        pass
    return None


def _told(text: str) -> Holder:
    try:
        content = json.loads(text)
        return Holder(int(content["pid"]), float(content["since"]), str(content["url"]))
    except (ValueError, KeyError, TypeError):
        return Holder(0, 0.0, "")


def _in_use(folder: Path) -> Refusal:
    found = holder(folder)
    if found is None or not found.pid:
        return Refusal("data_dir_in_use", f"Another process is starting on {folder}.", hint="Try again in a moment.")
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(found.since))
    return Refusal(
        "data_dir_in_use",
        f"{folder} is in use by process {found.pid} since {since}, at {found.url}.",
        hint=f"Use that one, stop it with `kill {found.pid}`, or give another directory with --data-dir.",
        status=409,
    )
