"""Files and folders on their way to the server: streamed, a folder as a tar archive, with a line that says how far."""

from __future__ import annotations

import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlops.client.connection import Connection
from mlops.formats.azureml.ignoring import kept_files
from mlops.formats.refusal import Refusal

PIECE_BYTES = 256 * 1024
END = b"\0" * 2 * tarfile.BLOCKSIZE
Entry = tuple[Path, tarfile.TarInfo, bytes]
"""A file, what the archive says of it, and that as bytes."""


def send(connection: Connection, path: Path, *, project: str) -> dict[str, Any]:
    """The server's row of what arrived: {"id", "tree", "files", "size_bytes"}."""
    if path.is_dir():
        entries = _entries(path)
        size = sum(len(head) + entry.size + _padding(entry) for _file, entry, head in entries) + len(END)
        query = {"project": project}
        answer = connection.upload(
            "PUT", "data-arrivals/", _tarred(path.name, entries), size=size, query=query, kind="application/x-tar"
        )
    else:
        size = path.stat().st_size
        query = {"project": project, "file_name": path.name}
        answer = connection.upload("PUT", "data-arrivals/", told(path, size), size=size, query=query)
    row: dict[str, Any] = answer
    return row


def told(path: Path, size: int) -> Iterator[bytes]:
    """The file's bytes; on a terminal, with a line that says how far it is."""
    progress = _Progress(path.name, size)
    with path.open("rb") as file:
        while chunk := file.read(PIECE_BYTES):
            yield chunk
            progress.add(len(chunk))
    progress.end()


def files_below(folder: Path) -> list[tuple[str, Path]]:
    """What .amlignore or .gitignore leave out is left out, links as well. Raises Refusal `folder_empty`."""
    files = list(kept_files(folder))
    if not files:
        raise Refusal("folder_empty", f"{folder} has no files that are not ignored.", hint="See its .amlignore.")
    return [(file.relative_to(folder).as_posix(), file) for file in files]


def _entries(folder: Path) -> list[Entry]:
    files = files_below(folder)
    links = [path for path in folder.rglob("*") if path.is_symlink()]
    if links:
        print(f"warning: {len(links)} links are left out, such as {links[0]}.", file=sys.stderr)
    return [_entry(file, name) for name, file in files]


def _entry(file: Path, name: str) -> Entry:
    entry = tarfile.TarInfo(name)
    entry.size = file.stat().st_size
    return file, entry, entry.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _tarred(name: str, entries: list[Entry]) -> Iterator[bytes]:
    """The bytes of the archive, of the size that was told. Raises Refusal `file_changed`."""
    progress = _Progress(f"{name} ({len(entries):,} files)", sum(entry.size for _file, entry, _head in entries))
    small = bytearray()
    for file, entry, head in entries:
        small += head
        left = entry.size
        with file.open("rb") as source:
            while left and (piece := source.read(min(PIECE_BYTES, left))):
                small += piece
                left -= len(piece)
                progress.add(len(piece))
                if len(small) > PIECE_BYTES:
                    yield bytes(small)
                    small.clear()
        if left:
            raise Refusal("file_changed", f"{file} became shorter while it was read.", hint="Try it again.")
        small += b"\0" * _padding(entry)
    yield bytes(small) + END
    progress.end()


def _padding(entry: tarfile.TarInfo) -> int:
    return -entry.size % tarfile.BLOCKSIZE


class _Progress:
    def __init__(self, what: str, size: int) -> None:
        self._what, self._size, self._sent, self._told = what, size, 0, 0.0
        self._tell = sys.stderr.isatty()

    def add(self, count: int) -> None:
        self._sent += count
        if self._tell and time.monotonic() - self._told > 0.2:
            self._told = time.monotonic()
            share = self._sent / max(self._size, 1)
            print(f"\r{self._what}: {share:4.0%} of {self._size / 1e6:.1f} MB", end="", file=sys.stderr)

    def end(self) -> None:
        if self._tell:
            print(f"\r{self._what}: 100% of {self._size / 1e6:.1f} MB", file=sys.stderr)
