"""A zip of stored files, written while it is sent: nothing is kept in memory but the chunk on its way."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator

from mlops.blobs.trees import chunks, open_blob


class _Outlet:
    """Takes what the archive writes until it is fetched. It cannot seek, so sizes stand behind each file."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def write(self, data: bytes) -> int:
        self.waiting += data
        return len(data)

    def flush(self) -> None:
        pass

    def fetch(self) -> bytes:
        data = bytes(self.waiting)
        self.waiting.clear()
        return data


def zipped(files: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    """`files`: paths and digests."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for path, digest in files:
            with archive.open(zipfile.ZipInfo(path), "w", force_zip64=True) as target:
                for chunk in chunks(open_blob(digest)):
                    target.write(chunk)
                    yield outlet.fetch()
            yield outlet.fetch()
    yield outlet.fetch()
