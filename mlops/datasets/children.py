"""Runs `python -m mlops.datasets.reading`, or another such module, on files of the store."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from mlops.blobs.stores import store
from mlops.formats.reading import Reading
from mlops.work.children import LOOK_SECONDS, MEMORY_BYTES, PASSED_ON, child_environment
from mlops.work.children import ask_child as ask

__all__ = ["MEMORY_BYTES", "PASSED_ON", "ask_child", "child_environment", "local_file"]


def ask_child(
    verb: str,
    *,
    path: Path,
    module: str = "mlops.datasets.reading",
    seconds: float = LOOK_SECONDS,
    beat: Callable[[], bool] | None = None,
    reading: Reading | None = None,
    **order: Any,
) -> Any:
    """The child's result. `beat` is called now and then while it works; False ends it (`import_abandoned`)."""
    return ask(verb, path=path, module=module, seconds=seconds, beat=beat, reading=reading, **order)


@contextmanager
def local_file(digest: str, *, name: str = "file") -> Iterator[Path]:
    """The blob as a file of this machine, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(dir=_scratch(), prefix="look-") as folder:
        path = Path(folder) / name
        store().fetch(digest, str(path))
        yield path


def _scratch() -> Path:
    folder = Path(settings.DATA_DIR) / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
