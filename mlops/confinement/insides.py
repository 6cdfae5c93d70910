"""Opening files in folders that somebody's program may still be changing."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_inside(folder: Path, path: str) -> BinaryIO:
    """The plain file at `path`, of which no part is a link; `folder` itself is one that the program cannot exchange.

    Raises OSError, also where it is no plain file, and ValueError where `path` is no path."""
    *folders, name = path.split("/")
    kept = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    place = os.open(folder, kept | os.O_DIRECTORY)
    try:
        for inner in folders:
            found = os.open(inner, kept | os.O_DIRECTORY, dir_fd=place)
            os.close(place)
            place = found
        file = os.open(name, kept | os.O_NONBLOCK, dir_fd=place)
    finally:
        os.close(place)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError("no plain file")
    return open(file, "rb")
