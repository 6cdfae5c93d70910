"""How large files from outside may be: one by itself, and what one person has on its way together."""

from __future__ import annotations

import io
import shutil
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from mlops.blobs.stores import store
from mlops.formats.inner_paths import shown
from mlops.formats.refusal import Refusal

SPARE_BYTES = 1024**3
"""What stays free on the disk."""
LOOK_BYTES = 64 * 1024**2
"""Where a size is not known beforehand, the disk is looked at after so many."""


def require_size(size_bytes: int, *, name: str) -> None:
    """Raises Refusal `upload_too_large`."""
    most = settings.UPLOAD_MOST_BYTES
    if size_bytes > most:
        raise Refusal(
            "upload_too_large",
            _("“%(name)s” has %(size)s, and a file may have %(most)s.")
            % {"name": shown(name), "size": gigabytes(size_bytes), "most": gigabytes(most)},
            hint=_("An administrator may let larger ones come: MLOPS_UPLOAD_MOST_BYTES."),
            status=413,
        )


def require_together(waiting: int, size_bytes: int, *, hint: str) -> None:
    """`waiting`: bytes of the person's unfinished files. Raises Refusal `uploads_too_many`."""
    most = settings.UPLOADS_MOST_BYTES
    if waiting + size_bytes > most:
        raise Refusal(
            "uploads_too_many",
            _("Your unfinished uploads have %(size)s already, of %(most)s.")
            % {"size": gigabytes(waiting), "most": gigabytes(most)},
            hint=hint,
            status=413,
        )


def require_free(size_bytes: int, *, name: str) -> None:
    """Raises Refusal `disk_full`. What goes into a bucket piece by piece needs no room for all of it."""
    if store().pieces is not None:
        size_bytes = 0
    free = shutil.disk_usage(settings.DATA_DIR).free
    if size_bytes + SPARE_BYTES > free:
        raise Refusal(
            "disk_full",
            _("The server's disk has %(free)s free, too little for “%(name)s”.")
            % {"free": gigabytes(free), "name": shown(name)},
            hint=_("Ask an administrator to make room."),
            status=507,
        )


@dataclass
class Room:
    """Of one file that arrives: how much of it (`here`) and of its person's unfinished files (`together`) is there."""

    name: str
    here: int = 0
    together: int = 0
    looked_at: int = -LOOK_BYTES

    def require(self, size_bytes: int) -> None:
        """Before so many bytes more, in all, are kept."""
        require_size(self.here + size_bytes, name=self.name)
        require_together(self.together, size_bytes, hint=_("Complete or abort some of them; a day ends them."))
        if size_bytes - self.looked_at >= LOOK_BYTES:
            self.looked_at = size_bytes
            require_free(0, name=self.name)


class Limited(io.RawIOBase):
    """A file from outside, which is refused as soon as it is too large for this server."""

    def __init__(self, source: BinaryIO, room: Room) -> None:
        self._source = source
        self._room = room
        self._size = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self._size += len(piece)
        if piece:
            self._room.require(self._size)
        return piece


def gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
