"""Files that other processes read: replaced whole, and changed by one writer at a time on this machine."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


def replace_file(path: Path, content: bytes) -> None:
    """A reader sees the old content or the new, never a part."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(name, path)


@contextmanager
def under_lock(name: str) -> Iterator[None]:
    """Between processes and threads; what was read inside is still true when it is written."""
    path = Path(settings.DATA_DIR) / f".{name}.lock"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
