"""Sees that the files of a code folder have changed, so that the script is loaded again without a new deployment."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

SECONDS = 0.5
_NOT_LOOKED_AT = ("__pycache__", ".git", ".venv")


async def watch(folder: Path, changed: Callable[[], None]) -> None:
    """Calls `changed` once the files have been quiet for one look after a change. Runs until it is cancelled."""
    before = told = fingerprint(folder)
    while True:
        await asyncio.sleep(SECONDS)
        now = fingerprint(folder)
        if now == before and now != told:
            told = now
            changed()
        before = now


def fingerprint(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Path, size and time of each file; links are followed, so that a link to a code folder is watched as well."""
    found = set()
    for place, folders, files in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if name not in _NOT_LOOKED_AT]
        for name in files:
            path = os.path.join(place, name)
            try:
                stat = os.stat(path)
            except OSError:
                continue
            found.add((path, stat.st_size, stat.st_mtime_ns))
    return frozenset(found)
