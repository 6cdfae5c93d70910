"""Taking a backup: the database first and then the bytes that it names, so that nothing which is named is missing."""

from __future__ import annotations

import gzip
import hashlib
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO

import msgspec
from django.utils import timezone

import mlops
from mlops import env
from mlops.administration.backups import places
from mlops.administration.backups.about import ABOUT, BLOBS, DATABASES, FILES, MEMBERS, About
from mlops.administration.backups.database import Copy, copied
from mlops.blobs.garbage import nothing_removed
from mlops.blobs.stores import store
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    bytes: int
    database: str
    blobs: int
    files: int
    missing: list[str]
    """Digests of blobs that the database names and the store had lost before."""
    left_out: list[str]
    """Files that are links, pipes and the like."""
    secret_key: bool


def take(path: Path, *, secret_key: bool = True) -> Taken:
    """Writes to a file beside `path` that only its owner reads, and gives it its name when it is whole.

    Raises Refusal `backup_exists`, `backup_unwritable` and those of the database."""
    if path.exists():
        raise Refusal("backup_exists", _("%(path)s exists.") % {"path": path}, hint=_("Give another name."), status=409)
    with ExitStack() as stack:
        draft = stack.enter_context(_draft(path))
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.")))
        stack.enter_context(nothing_removed())
        copy = stack.enter_context(copied(scratch))
        with _opened(draft, is_packed=path.suffix in (".gz", ".tgz")) as tar, (scratch / MEMBERS).open("w+b") as listed:
            taken = _write(_Archive(tar, listed), copy, secret_key=secret_key, path=path)
        _to_disk(draft)
        os.link(draft, path)  # unlike a rename, it takes nobody else's file
    return msgspec.structs.replace(taken, bytes=path.stat().st_size)


class _Archive:
    def __init__(self, tar: tarfile.TarFile, listed: BinaryIO | IO[bytes]) -> None:
        self._tar, self._listed = tar, listed

    def add(self, name: str, source: BinaryIO, size: int, *, mode: int = 0o600) -> None:
        """Exactly `size` bytes: what is written behind them meanwhile is not in it."""
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, mode, int(timezone.now().timestamp())
        reading = _Hashed(source)
        self._tar.addfile(info, reading)  # type: ignore[arg-type]
        self._tar.members = []  # type: ignore[attr-defined]  # it would remember each of them
        if name != MEMBERS:
            self._listed.write(f"{reading.digest.hexdigest()} {size} {name}\n".encode())

    def add_path(self, name: str, path: Path) -> None:
        with path.open("rb") as source:
            found = os.fstat(source.fileno())
            self.add(name, source, found.st_size, mode=found.st_mode & 0o700)

    def finish(self) -> None:
        self._listed.flush()
        size = self._listed.tell()
        self._listed.seek(0)
        self.add(MEMBERS, self._listed, size)  # type: ignore[arg-type]


class _Hashed:
    def __init__(self, source: BinaryIO) -> None:
        self._source, self.digest = source, hashlib.sha256()

    def read(self, size: int) -> bytes:
        chunk = self._source.read(size)
        self.digest.update(chunk)
        return chunk


def _write(archive: _Archive, copy: Copy, *, secret_key: bool, path: Path) -> Taken:
    has_key = secret_key and (env.data_dir() / env.SECRET_KEY_FILE).is_file() and not env.read("MLOPS_SECRET_KEY")
    about = About(
        version=mlops.__version__,
        taken_at=timezone.now(),
        database=copy.kind,
        migrations=copy.migrations(),
        secret_key=has_key,
    )
    content = msgspec.json.encode(about)
    archive.add(ABOUT, BytesIO(content), len(content))
    archive.add_path(DATABASES[copy.kind], copy.path)
    blobs, missing = 0, []
    for digest in copy.blobs():
        try:
            with store().open(digest) as source:
                archive.add(f"{BLOBS}{digest[:2]}/{digest[2:]}", source, os.fstat(source.fileno()).st_size)
            blobs += 1
        except FileNotFoundError:
            missing.append(digest)
    files, left_out = _add_files(archive, has_key=has_key, besides={path.resolve()})
    archive.finish()
    return Taken(
        path=str(path), bytes=0, database=copy.kind, blobs=blobs, files=files, missing=missing, left_out=left_out,
        secret_key=has_key,
    )  # fmt: skip


def _add_files(archive: _Archive, *, has_key: bool, besides: set[Path]) -> tuple[int, list[str]]:
    count, left_out = 0, []
    for path, is_plain in _walked(env.data_dir()):
        name = path.relative_to(env.data_dir()).as_posix()
        if (name == env.SECRET_KEY_FILE and not has_key) or path.resolve() in besides:
            continue
        if not is_plain:
            left_out.append(name)
            continue
        try:
            archive.add_path(f"{FILES}{name}", path)
            count += 1
        except FileNotFoundError:  # its owner was done with it
            continue
    return count, left_out


def _walked(top: Path) -> Iterator[tuple[Path, bool]]:
    """Each file, and whether it is a plain one; links are not followed."""
    for folder, folders, names in os.walk(top):
        here = Path(folder)
        if here == top:
            folders[:] = [one for one in folders if places.belongs(one, folder=top)]
            names = [one for one in names if places.belongs(one, folder=top)]
        for one in sorted(names) + [one for one in folders if (here / one).is_symlink()]:
            path = here / one
            yield path, path.is_file() and not path.is_symlink()


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise Refusal(
            "backup_unwritable",
            _("%(parent)s cannot be written to: %(strerror)s.") % {"parent": path.parent, "strerror": error.strerror},
            hint=_("Name a file in a folder that is there and yours."),
        ) from error
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _opened(draft: Path, *, is_packed: bool) -> Iterator[tarfile.TarFile]:
    with ExitStack() as stack:
        file: Any = stack.enter_context(draft.open("wb"))
        if is_packed:
            file = stack.enter_context(gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1))
        yield stack.enter_context(tarfile.open(fileobj=file, mode="w|"))


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
