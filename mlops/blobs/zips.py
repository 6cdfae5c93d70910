"""Zips of texts and of stored files."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from typing import BinaryIO

from mlops.blobs.trees import open_blob

EARLIEST = (1980, 1, 1, 0, 0, 0)


def zipped(files: Mapping[str, bytes | str]) -> BinaryIO:
    """A zip of texts and blobs (by digest), which is equal for equal files."""
    target = tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024)  # noqa: SIM115 - the answer closes it
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, date_time=EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            source = io.BytesIO(content.encode()) if isinstance(content, str) else open_blob(content.decode())
            with source, archive.open(entry, "w") as sink:
                while chunk := source.read(1024 * 1024):
                    sink.write(chunk)
    target.seek(0)
    return target  # type: ignore[return-value]
