"""Runs a program for a build: its lines are passed on as they come, and it is killed when the build is to stop."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlops.packaging.images.progress import Progress

LAST_LINES = 40
POLL_SECONDS = 0.2


class Ended(Exception):
    """With another status than 0. `said` is the end of what it printed."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status, self.said = status, said


def run(words: Sequence[str], *, progress: Progress, env: Mapping[str, str] = {}, folder: Path | None = None) -> str:
    """What it printed. Raises Ended, Stopped."""
    process = subprocess.Popen(
        list(words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **env},
        cwd=folder,
        start_new_session=True,
    )
    said: list[str] = []
    try:
        for line in _lines(process, progress):
            said.append(line)
            progress.say(line)
        status = process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if status:
        raise Ended(status, "\n".join(said[-LAST_LINES:]))
    return "\n".join(said)


def _lines(process: subprocess.Popen[bytes], progress: Progress):  # type: ignore[no-untyped-def]
    assert process.stdout is not None
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            progress.check()
            if not selector.select(POLL_SECONDS):
                continue
            chunk = os.read(process.stdout.fileno(), 1 << 16)
            if not chunk:
                break
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (line.decode(errors="replace").rstrip() for line in lines)
    if rest:
        yield rest.decode(errors="replace").rstrip()
