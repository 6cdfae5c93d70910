"""How a part that `mlops serve` runs is, asked on its own machine. What it needs from elsewhere is no matter here: to
start a web process again helps no database."""

from __future__ import annotations

import socket
import time
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from mlops import env
from mlops.server import claims, lock
from mlops.supervisor.probe import get

PARTS = ("web", "worker", "router")
WHOLE = "up"
"""`mlops up`: everything in one container. It is well when its pages answer; it looks after the rest itself."""
PORTS = {"web": 8000, "router": 8001}
ANSWER_SECONDS = 5.0
SILENT_SECONDS = 60.0
FIRST_PROCESS = Path("/proc/1/cmdline")


class Told(NamedTuple):
    part: str
    port: int


def trouble(part: str | None = None, port: int = 0) -> str:
    """Empty where all is well."""
    told = told_by(FIRST_PROCESS.read_bytes()) if FIRST_PROCESS.is_file() else None
    part = part or (told.part if told else None)
    if part is None:
        return "Process 1 is neither `mlops serve` nor `mlops up`: say what is to be checked."
    if part == WHOLE:
        return _whole()
    if part == "worker":
        return _worker()
    port = port or (told.port if told and told.part == part else PORTS[part])
    answer = get(port, "/healthz", timeout_seconds=ANSWER_SECONDS)
    if answer is None:
        return f"The {part} does not answer at port {port}."
    return "" if answer.status == 200 else f"The {part} answers {answer.status} at port {port}."


def told_by(command_line: bytes) -> Told | None:
    """What a process serves, by its words."""
    words = command_line.decode(errors="replace").split("\0")
    if WHOLE in words[:3]:  # after the interpreter and the program
        return Told(WHOLE, 0)
    if "serve" not in words:
        return None
    words = words[words.index("serve") + 1 :]
    if not words or words[0] not in PARTS:
        return None
    given = [after for word, after in pairwise(words) if word == "--port" and after.isdecimal()]
    return Told(words[0], int(given[-1]) if given else PORTS.get(words[0], 0))


def signs() -> Path:
    """The folder of the workers' claims: each touches its own while it lives."""
    return env.data_dir() / "alive"


def _whole() -> str:
    held = lock.holder(env.data_dir())
    if held is None or not held.url:
        return "It has not started yet."
    answer = get(urlsplit(held.url).port or 80, "/healthz", timeout_seconds=ANSWER_SECONDS)
    if answer is None:
        return f"Nothing answers at {held.url}."
    return "" if answer.status == 200 else f"{held.url} answers {answer.status}."


def _worker() -> str:
    found = list(claims.held_here(signs())) or _of_an_older_version()
    if not found:
        return "The worker has given no sign of life yet."
    silent = max(time.time() - path.stat().st_mtime for path in found)
    return "" if silent < SILENT_SECONDS else f"The worker's last sign of life was {silent:.0f} s ago."


def _of_an_older_version() -> list[Path]:
    """They touched a file of their host, and wrote nothing into it."""
    path = signs() / socket.gethostname()
    return [path] if path.is_file() and not path.stat().st_size else []
