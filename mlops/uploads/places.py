"""The files of unfinished uploads on this machine, each changed by one request at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path
from uuid import UUID

from mlops.blobs.stores import store
from mlops.uploads.waiting import busy


def folder() -> Path:
    place = store().beside / "sent"
    place.mkdir(parents=True, exist_ok=True)
    return place


def place_of(upload_id: UUID) -> Path:
    return folder() / upload_id.hex


@contextmanager
def opened(upload_id: UUID) -> Iterator[BufferedRandom]:
    """For writing at its end, by one request at a time. Raises Refusal `upload_busy` (423)."""
    handle = os.open(place_of(upload_id), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy() from None
        yield file
