"""Where the bytes of unfinished files wait: in files of this machine, or in the bucket, where every machine reaches
them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from mlops.blobs.stores import store
from mlops.formats.refusal import Refusal
from mlops.uploads.models import SentFile

Checksum = tuple[str, bytes]
"""Algorithm and digest of the bytes of one request."""
COPY_BYTES = 1024 * 1024


class Whole(Protocol):
    """A file that has come whole. Nobody else has it at the same time."""

    digest: str

    def keep(self) -> None:
        """Its bytes are in the store then."""
        ...


class Waiting(Protocol):
    def received_bytes(self, upload: SentFile) -> int: ...

    def append(self, upload: SentFile, source: BinaryIO, *, offset: int, checksum: Checksum | None) -> int:
        """How far it is then. Raises Refusal `wrong_offset`, `upload_busy`, `upload_too_long`, `checksum_differs`."""
        ...

    def whole(self, upload: SentFile) -> AbstractContextManager[Whole]:
        """Reads it to its end. Raises Refusal `upload_busy`."""
        ...

    def discard(self, upload_id: UUID) -> None:
        """What waits of it, if anything."""
        ...

    def clear(self) -> None:
        """What lost processes left, and no row names."""
        ...


def waiting() -> Waiting:
    from mlops.uploads.in_bucket import InBucket
    from mlops.uploads.on_disk import OnDisk

    pieces = store().pieces
    return OnDisk() if pieces is None else InBucket(pieces)


def wrong_offset(given: int, right: int) -> Refusal:
    return Refusal(
        "wrong_offset",
        _("The upload is at byte %(right)d, not at %(given)d.") % {"right": right, "given": given},
        hint=_("Ask how far it is (HEAD), and go on from there."),
        status=409,
    )


def busy() -> Refusal:
    message = _("Another request sends to this upload at the moment.")
    return Refusal("upload_busy", message, hint=_("Wait a moment, then ask how far it is."), status=423)


def too_long(upload: SentFile) -> Refusal:
    return Refusal(
        "upload_too_long",
        _("More bytes came than the %(size)d that were told for “%(name)s”.")
        % {"size": upload.size_bytes, "name": upload.name},
        hint=_("The file has changed meanwhile: send it anew."),
        status=413,
    )


def damaged() -> Refusal:
    message = _("The piece arrived damaged, and is not kept.")
    return Refusal("checksum_differs", message, hint=_("Send it again."), status=460)
