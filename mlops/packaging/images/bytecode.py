"""Compiles Python files for an image, so that a container on a read-only root does not compile them at each start.

One process compiles them in order, with a fixed hash seed: equal sources then give equal bytecode. It is never checked
against the sources (PEP 552), whose times an image does not keep."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from mlops.packaging.images.commands import Ended, run
from mlops.packaging.images.layers import Entry, entries_of
from mlops.packaging.images.progress import Progress

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"


def compile_folder(folder: Path, *, below: str, progress: Progress) -> None:
    """Writes `__pycache__` beside the sources; `below` is where the folder will be in the image."""
    words = [sys.executable, "-m", "compileall", "-qq", "--invalidation-mode", "unchecked-hash"]
    places = ["-s", str(folder), "-p", f"/{below}", str(folder)]
    try:
        run([*words, *places], progress=Progress(wants_stop=_asks(progress)), env={"PYTHONHASHSEED": "0"})
    except Ended:
        progress.say("Some files cannot be compiled by this Python; they are taken as they are.")


def compiled(sources: Iterable[Entry], *, below: str, folder: Path, progress: Progress) -> list[Entry]:
    """Entries for the bytecode of those sources that are below `below`; `folder` takes it meanwhile."""
    for entry in sources:
        if entry.source is not None and entry.path.startswith(f"{below}/") and entry.path.endswith(".py"):
            place = folder / entry.path.removeprefix(f"{below}/")
            place.parent.mkdir(parents=True, exist_ok=True)
            os.symlink(entry.source, place)
    compile_folder(folder, below=below, progress=progress)
    return [entry for entry in entries_of(folder, below=below) if entry.path.endswith(".pyc")]


def _asks(progress: Progress):  # type: ignore[no-untyped-def]
    def wants_stop() -> bool:
        progress.check()
        return False

    return wants_stop
