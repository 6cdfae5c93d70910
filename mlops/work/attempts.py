"""What one attempt at a long piece of work needs: a sign of life that goes on beside it, and a folder of its own."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection


@contextmanager
def beating(name: str, *, seconds: float, beat: Callable[[], bool]) -> Iterator[None]:
    """Calls `beat` at this interval from a thread of the name, until it says False or the block ends."""
    ended = threading.Event()

    def go_on() -> None:
        try:
            while not ended.wait(seconds):
                if not beat():
                    return
        finally:
            connection.close()

    thread = threading.Thread(target=go_on, daemon=True, name=name)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def import_folder(name: str, attempt: int) -> Iterator[Path]:
    """A new folder of this attempt; what earlier attempts of the name left behind is removed."""
    parent = Path(settings.DATA_DIR) / "imports"
    parent.mkdir(parents=True, exist_ok=True)
    for old in parent.glob(f"{name}-*"):
        shutil.rmtree(old, ignore_errors=True)
    folder = parent / f"{name}-{attempt}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
