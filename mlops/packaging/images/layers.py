"""Writes a layer: a tar whose bytes depend on names and contents alone, gzipped, with both digests taken on the way."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

import msgspec

from mlops.packaging.images.oci import Layer
from mlops.packaging.images.progress import Progress

PLAIN, EXECUTABLE, FOLDER = 0o644, 0o755, 0o755
FASTEST = 1
"""Of gzip: a level more costs much time and saves little."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a layer: from `source` on this machine, from `content`, or a symbolic link to `link`."""

    path: str
    """In the image, without a leading slash."""
    source: Path | None = None
    content: bytes = b""
    link: str = ""
    executable: bool = False
    mode: int | None = None
    folder: bool = False


def entries_of(folder: Path, *, below: str) -> Iterator[Entry]:
    """Every file of a folder, placed below `below`. Links are followed where they stay inside, else left out."""
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or not path.resolve().is_relative_to(root):
            continue
        place = PurePosixPath(below) / path.relative_to(folder).as_posix()
        yield Entry(path=str(place), source=path, executable=os.access(path, os.X_OK))


def write_layer(entries: Iterable[Entry], file: BinaryIO, *, what: str, progress: Progress) -> Layer:
    """Equal entries give equal bytes: sorted, owned by root, without times."""
    packed = _Counted(file)
    zipped = gzip.GzipFile(filename="", mode="wb", compresslevel=FASTEST, fileobj=cast("BinaryIO", packed), mtime=0)
    plain = _Counted(cast("BinaryIO", zipped))
    chosen = {entry.path: entry for entry in entries}
    with tarfile.open(mode="w|", fileobj=cast("BinaryIO", plain), format=tarfile.GNU_FORMAT, bufsize=1 << 20) as tar:
        for name, entry in sorted({**_folders(chosen), **chosen}.items()):
            progress.check()
            _add(tar, name, entry)
    zipped.close()
    return Layer(
        digest=packed.digest,
        diff_id=plain.digest,
        size_bytes=packed.size,
        tar_bytes=plain.size,
        what=what,
    )


def packed(source: Any, file: Any, *, what: str, progress: Progress) -> Layer:
    """A tar that somebody else made, gzipped."""
    outer = _Counted(file)
    zipped = gzip.GzipFile(filename="", mode="wb", compresslevel=FASTEST, fileobj=cast("BinaryIO", outer), mtime=0)
    plain = _Counted(cast("BinaryIO", zipped))
    while chunk := source.read(1 << 20):
        progress.check()
        plain.write(chunk)
    zipped.close()
    return Layer(digest=outer.digest, diff_id=plain.digest, size_bytes=outer.size, tar_bytes=plain.size, what=what)


def _folders(entries: dict[str, Entry]) -> dict[str, Entry]:
    above = {str(parent) for name in entries for parent in PurePosixPath(name).parents if str(parent) != "."}
    return {name: Entry(path=name, folder=True) for name in above}


def _add(tar: tarfile.TarFile, name: str, entry: Entry) -> None:
    info = tarfile.TarInfo(name)
    if entry.folder:
        info.type, info.mode = tarfile.DIRTYPE, entry.mode or FOLDER
        tar.addfile(info)
    elif entry.link:
        info.type, info.linkname, info.mode = tarfile.SYMTYPE, entry.link, 0o777
        tar.addfile(info)
    elif entry.source is None:
        info.size, info.mode = len(entry.content), entry.mode or (EXECUTABLE if entry.executable else PLAIN)
        tar.addfile(info, io.BytesIO(entry.content))
    else:
        with entry.source.open("rb") as source:
            info.size = os.fstat(source.fileno()).st_size
            info.mode = entry.mode or (EXECUTABLE if entry.executable else PLAIN)
            tar.addfile(info, source)


class _Counted:
    """Passes on what is written, and knows its digest and size."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, content: bytes) -> int:
        self._hash.update(content)
        self.size += len(content)
        self._file.write(content)
        return len(content)

    def flush(self) -> None:
        self._file.flush()

    @property
    def digest(self) -> str:
        return f"sha256:{self._hash.hexdigest()}"
