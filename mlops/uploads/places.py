"""Where the bytes of unfinished files lie: one file each, whose length is what has come."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext as _

from mlops.blobs.stores import store
from mlops.formats.refusal import Refusal


def folder() -> Path:
    place = store().beside / "sent"
    place.mkdir(parents=True, exist_ok=True)
    return place


def place_of(upload_id: UUID) -> Path:
    return folder() / upload_id.hex


def received_bytes(upload_id: UUID) -> int:
    try:
        return place_of(upload_id).stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def opened(upload_id: UUID) -> Iterator[BufferedRandom]:
    """For writing at its end, by one request at a time. Raises Refusal `upload_busy` (423)."""
    handle = os.open(place_of(upload_id), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = _("Another request sends to this upload at the moment.")
            raise Refusal(
                "upload_busy", message, hint=_("Wait a moment, then ask how far it is."), status=423
            ) from None
        yield file
