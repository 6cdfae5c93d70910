"""Looks at one file by its content, whatever its name: a pickle, or something in which pickles may be packed."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import re
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import BinaryIO, cast

from mlops.formats.spoken import gettext as _
from mlops.scans.reading.judging import judge
from mlops.scans.reading.pickles import read_pickles, read_plainly
from mlops.scans.reading.source import Budget, Source, TooMuch
from mlops.scans.reading.verdicts import Finding, Found

Opener = Callable[[], BinaryIO]
HEAD_BYTES = 1024
TAIL_BYTES = 66_000
KEPT_IN_MEMORY = 8 * 1024 * 1024
MOST_JSON_BYTES = 64 * 1024 * 1024
SEALED = {
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!\x1a\x07": "RAR",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"MSCF": "Cabinet",
    b"\x1f\x9d": "compress",
}
"""Packed in a way that is not looked into."""
HDF5 = b"\x89HDF\r\n\x1a\n"
NPY = b"\x93NUMPY"
LAMBDA = re.compile(rb'"class_name":\s*"(Lambda|TFOpLambda)"')
UNREADABLE = (
    OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, tarfile.TarError, RuntimeError,
    NotImplementedError, KeyError, IndexError, OverflowError,
)  # fmt: skip


def look(opener: Opener, *, seconds: float = 120.0, unpacked_bytes: int = 32 * 1024**3) -> Found:
    """`opener` gives the file from its front, each time anew. Raises OSError where it cannot."""
    found, budget = Found(), Budget(seconds=seconds, unpacked_bytes=unpacked_bytes)
    try:
        _look(opener, found, budget, inside="", depth=0)
    except TooMuch as error:
        found.add(_doubt("too much to look through", f"It was not read to its end: {error}."))
    except (MemoryError, RecursionError):
        found.add(_doubt("too much to look through", "It was not read to its end: it takes too much memory."))
    return found


def _look(opener: Opener, found: Found, budget: Budget, *, inside: str, depth: int) -> None:
    if depth > budget.depth:
        raise TooMuch("it is packed into itself too often")
    with opener() as stream:
        head = Source(stream, budget).peek(HEAD_BYTES)
    kind = next((name for sign, name in SEALED.items() if head.startswith(sign)), "")
    if kind:
        found.add(_doubt(f"{kind} archive", "What is packed in it is not looked into.", inside))
    elif head.startswith(NPY):
        _look_at_npy(opener, found, budget, inside)
    elif head.startswith(HDF5):
        _look_for_lambda(opener, found, budget, inside)
    elif unpack := _unpacker(head):
        _look_unpacked(opener, unpack, found, budget, inside=inside, depth=depth)
    else:
        _look_for_pickles(opener, found, budget, inside)
    if head.startswith(b"PK") or _is_zip(opener, depth):
        _look_into_zip(opener, found, budget, inside=inside, depth=depth)
    elif _is_tar(head):
        _look_into_tar(opener, found, budget, inside=inside, depth=depth)


def _look_for_pickles(opener: Opener, found: Found, budget: Budget, inside: str) -> None:
    with opener() as stream:
        is_joblib = read_pickles(Source(stream, budget), found, inside=inside)
    if is_joblib:
        with opener() as stream:
            read_plainly(Source(stream, budget), found, inside=inside)


def _look_at_npy(opener: Opener, found: Found, budget: Budget, inside: str) -> None:
    with opener() as stream:
        source = Source(stream, budget)
        try:
            version = source.read(8)[6]
            size = int.from_bytes(source.read(2 if version == 1 else 4), "little")
            header = source.read(min(size, 1024 * 1024))
        except EOFError:
            return
        if b"O" in header.split(b"fortran_order")[0] or b"O" in header.split(b"descr")[-1].split(b"fortran_order")[0]:
            read_pickles(source, found, inside=inside, only_one=True)


def _look_for_lambda(opener: Opener, found: Found, budget: Budget, inside: str) -> None:
    with opener() as stream:
        before = b""
        while piece := stream.read(1024 * 1024):
            budget.spend(len(piece))
            if LAMBDA.search(before + piece):
                found.add(_lambda(inside))
                return
            before = piece[-64:]


def _lambda(inside: str) -> Finding:
    return _doubt("Keras Lambda layer", "It brings Python code of its own along, which Keras runs.", inside)


# --- compressed ---


def _unpacker(head: bytes) -> Callable[[BinaryIO], BinaryIO] | None:
    if head.startswith(b"\x1f\x8b"):
        return lambda stream: cast(BinaryIO, gzip.GzipFile(fileobj=stream, mode="rb"))
    if head.startswith(b"BZh"):
        return lambda stream: cast(BinaryIO, bz2.BZ2File(stream))
    if head.startswith((b"\xfd7zXZ\x00", b"\x5d\x00\x00")):
        return lambda stream: cast(BinaryIO, lzma.LZMAFile(stream))
    if head.startswith(b"\x04\x22\x4d\x18"):
        return _lz4
    if len(head) > 2 and head[0] == 0x78 and (head[0] << 8 | head[1]) % 31 == 0:
        return lambda stream: cast(BinaryIO, io.BufferedReader(_Inflating(stream)))
    return None


def _lz4(stream: BinaryIO) -> BinaryIO:
    import lz4.frame

    return cast(BinaryIO, lz4.frame.LZ4FrameFile(stream))


class _Inflating(io.RawIOBase):
    """A zlib stream, as joblib writes it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._inflating = zlib.decompressobj()
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, target: memoryview) -> int:  # type: ignore[override]
        while not self._inflating.eof:
            given = self._left or self._stream.read(64 * 1024)
            if not given:
                return 0
            piece = self._inflating.decompress(given, len(target))
            self._left = self._inflating.unconsumed_tail
            if piece:
                target[: len(piece)] = piece
                return len(piece)
        return 0


def _look_unpacked(
    opener: Opener, unpack: Callable[[BinaryIO], BinaryIO], found: Found, budget: Budget, *, inside: str, depth: int
) -> None:
    budget.enter_member()

    def inner() -> BinaryIO:
        return unpack(opener())

    try:
        with inner() as stream:
            stream.read(1)
    except UNREADABLE:
        _look_for_pickles(opener, found, budget, inside)  # it only begins like a packed one
        return
    _guarded(inner, found, budget, inside=inside, depth=depth)


def _guarded(opener: Opener, found: Found, budget: Budget, *, inside: str, depth: int) -> None:
    try:
        _look(opener, found, budget, inside=inside, depth=depth + 1)
    except UNREADABLE as error:
        why = _("It cannot be unpacked to its end (%(error)s).") % {"error": type(error).__name__}
        found.add(_doubt("damaged archive", why, inside))


# --- archives ---


def _is_zip(opener: Opener, depth: int) -> bool:
    """Also one that stands behind something else, where that can be seen without unpacking."""
    if depth:
        return False
    with opener() as stream:
        return zipfile.is_zipfile(stream)


def _look_into_zip(opener: Opener, found: Found, budget: Budget, *, inside: str, depth: int) -> None:
    with ExitStack() as stack:
        whole = stack.enter_context(opener())
        seekable = _seekable(whole, budget, stack)
        try:
            archive = stack.enter_context(zipfile.ZipFile(seekable))
            entries = archive.infolist()
        except UNREADABLE:
            found.add(_doubt("damaged archive", "It is a zip whose list of files cannot be read.", inside))
            return
        for entry in entries:
            if not entry.is_dir():
                budget.enter_member()
                _look_at_entry(archive, entry, found, budget, inside=inside, depth=depth)


def _look_at_entry(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, found: Found, budget: Budget, *, inside: str, depth: int
) -> None:
    where = f"{inside}/{entry.filename}" if inside else entry.filename
    if entry.flag_bits & 1:
        found.add(_doubt("encrypted file", "It is locked by a password, so nobody can look into it.", where))
        return

    def inner() -> BinaryIO:
        return cast(BinaryIO, archive.open(entry))

    _guarded(inner, found, budget, inside=where, depth=depth)
    if entry.filename in ("config.json", "schema.json") and entry.file_size <= MOST_JSON_BYTES:
        try:
            _look_at_json(archive.read(entry), found, where, is_skops=entry.filename == "schema.json")
        except UNREADABLE:
            found.add(_doubt("damaged archive", "It cannot be unpacked to its end.", where))


def _look_at_json(content: bytes, found: Found, inside: str, *, is_skops: bool) -> None:
    """Of Keras: a Lambda layer. Of skops: which classes it makes."""
    if LAMBDA.search(content):
        found.add(_lambda(inside))
    if not is_skops:
        return
    for module, name in _classes_of(json.loads(content)):
        finding = judge(module, name)
        found.saw(f"{module}.{name}")
        found.add(Finding(verdict="safe", what="skops", why=""))
        if finding.verdict != "safe":
            found.add(Finding(verdict=finding.verdict, what=finding.what, why=finding.why, inside=inside))


def _classes_of(told: object) -> Iterator[tuple[str, str]]:
    waiting = [told]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            module, name = here.get("__module__"), here.get("__class__")
            if isinstance(module, str) and isinstance(name, str) and here.get("__loader__") != "JsonNode":
                yield module, name
            waiting += here.values()
        elif isinstance(here, list):
            waiting += here


def _is_tar(head: bytes) -> bool:
    if len(head) < 512:
        return False
    try:
        tarfile.TarInfo.frombuf(head[:512], tarfile.ENCODING, "surrogateescape")
    except tarfile.TarError:
        return False
    return True


def _look_into_tar(opener: Opener, found: Found, budget: Budget, *, inside: str, depth: int) -> None:
    with ExitStack() as stack:
        seekable = _seekable(stack.enter_context(opener()), budget, stack)
        try:
            archive = stack.enter_context(tarfile.open(fileobj=seekable, mode="r:"))
            for entry in archive:
                budget.enter_member()
                if entry.isreg():
                    where = f"{inside}/{entry.name}" if inside else entry.name
                    _guarded(_of_tar(archive, entry), found, budget, inside=where, depth=depth)
        except UNREADABLE:
            found.add(_doubt("damaged archive", "It is a tar archive that cannot be read to its end.", inside))


def _of_tar(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> Opener:
    def inner() -> BinaryIO:
        opened = archive.extractfile(entry)
        assert opened is not None  # it is a plain file
        return cast(BinaryIO, opened)

    return inner


def _seekable(stream: BinaryIO, budget: Budget, stack: ExitStack) -> BinaryIO:
    """An archive in an archive is laid aside first."""
    if isinstance(stream, io.BufferedReader) and isinstance(stream.raw, io.FileIO):
        return stream
    aside = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115 - closed with the stack
    stack.enter_context(aside)
    while piece := stream.read(1024 * 1024):
        budget.spend(len(piece))
        aside.write(piece)
    aside.seek(0)
    return cast(BinaryIO, aside)


def _doubt(what: str, why: str, inside: str = "") -> Finding:
    return Finding(verdict="suspicious", what=what, why=why, inside=inside)
