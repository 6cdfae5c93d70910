"""Where bytes are kept: one file a kind of store, one protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import urlparse

from mlops import env
from mlops.blobs.stores.pieces import Pieces
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _


class Store(Protocol):
    """Bytes by SHA-256 digest. Writing the same digest twice is harmless, and counts as touching it; a half-written
    blob is never visible."""

    beside: Path
    """A folder of this machine for what is on its way into the store; nothing in it is a blob yet."""

    pieces: Pieces | None
    """Where files that come in pieces wait, for any machine to take the next one; None: in `beside`."""

    def prepare(self) -> None:
        """Makes the place that everything is kept in, where it is missing and may be made."""
        ...

    def put(self, source: BinaryIO) -> tuple[str, int]:
        """Reads to the end; returns digest and size in bytes."""
        ...

    def take_over(self, path: Path, digest: str) -> None:
        """Makes a file its own, whose digest is known; without a copy where that is possible. `path` is gone then."""
        ...

    def together(self) -> AbstractContextManager[Callable[[BinaryIO], tuple[str, int]]]:
        """A `put` for many files at once; what it put is there when the block has ended without an error."""
        ...

    def open(self, digest: str) -> BinaryIO: ...

    def exists(self, digest: str, *, size_bytes: int | None = None) -> bool:
        """With a size: whether they are all there, and not half of them."""
        ...

    def fetch(self, digest: str, target: str) -> None:
        """Makes the bytes readable at the path `target` (a link where that is possible). The file is read-only."""
        ...

    def delete(self, digest: str) -> None: ...

    def delete_untouched(self, digest: str, *, since: float) -> bool:
        """Whether the bytes are gone: those that were written or written again after `since` (Unix time) stay."""
        ...

    def listed(self) -> Iterator[tuple[str, float]]:
        """All digests, each with the Unix time at which it was last written."""
        ...


@cache
def store() -> Store:
    from mlops.blobs.stores.disk import DiskStore

    url = env.read("MLOPS_STORAGE_URL")
    if not url:
        return DiskStore(env.data_dir() / "blobs")
    parts = urlparse(url)
    if parts.scheme == "file":
        return DiskStore(Path(parts.path))
    if parts.scheme == "s3":
        from mlops.blobs.stores.s3 import S3Store, place_of

        cache_bytes = int(env.read("MLOPS_STORAGE_CACHE_BYTES"))
        return S3Store(place_of(url), folder=env.data_dir() / "bucket", cache_bytes=cache_bytes)
    raise Refusal(
        "storage_unknown",
        _("MLOPS_STORAGE_URL has the scheme “%(scheme)s”, which this version cannot use.") % {"scheme": parts.scheme},
        hint=_("Use file:///path or s3://bucket/prefix."),
    )
