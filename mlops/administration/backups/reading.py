"""Reading a backup in one pass: each member is checked against the list at the end, and kept if somebody wants it.

An archive may come from anywhere: only plain files with the names that backups have are taken; a link, a device, or a
path that leads out is the end of it."""

from __future__ import annotations

import hashlib
import re
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

import msgspec

from mlops.administration.backups.about import ABOUT, BLOBS, DATABASES, FILES, MEMBERS, About
from mlops.formats.inner_paths import inner_path
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

CHUNK_BYTES = 1024 * 1024
MOST_ABOUT_BYTES = 16 * 1024 * 1024
BLOB = re.compile(rf"{BLOBS}[0-9a-f]{{2}}/[0-9a-f]{{62}}")
BROKEN = (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, msgspec.MsgspecError)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    about: About
    blobs: int
    files: int
    bytes: int
    rotten: list[str]
    """Digests of blobs whose bytes were other ones already when the backup was taken."""


class Keep(Protocol):
    def __call__(self, name: str, mode: int) -> IO[bytes]: ...


def about(path: Path) -> About:
    """Only the beginning is read. Raises Refusal `backup_missing`, `backup_damaged`."""
    with _opened(path) as tar:
        return _about(tar)


def read(path: Path, *, keep: Keep | None = None) -> Found:
    """All of it. `keep` gives an open file for each member but the first and the last, and closes it when it is told
    the next. Raises Refusal `backup_missing`, `backup_damaged`: what was kept until then is worth nothing."""
    with _opened(path) as tar, tempfile.TemporaryFile() as listed:
        info = _about(tar, listed)
        counts, size, rotten = {BLOBS: 0, FILES: 0}, 0, []
        while (member := tar.next()) is not None:
            tar.members = []  # type: ignore[attr-defined]  # it would remember each of them
            name = _name(member, database=DATABASES[info.database])
            if name == MEMBERS:
                _compare(tar, member, listed)
                break
            digest = _pour(tar, member, keep(name, member.mode) if keep else None)
            listed.write(f"{digest} {member.size} {name}\n".encode())
            size += member.size
            if name.startswith(BLOBS):
                named = name.removeprefix(BLOBS).replace("/", "")
                counts[BLOBS] += 1
                rotten += [named] if named != digest else []
            counts[FILES] += name.startswith(FILES)
        else:
            raise _damaged(_("it ends before its list of members"))
        if tar.next() is not None:
            raise _damaged(_("something follows its list of members"))
    return Found(about=info, blobs=counts[BLOBS], files=counts[FILES], bytes=size, rotten=rotten)


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    if not path.is_file():
        raise Refusal("backup_missing", _("There is no file %(path)s.") % {"path": path}, status=404)
    try:
        with tarfile.open(path, mode="r|*", bufsize=CHUNK_BYTES) as tar:
            yield tar
    except BROKEN as error:
        raise _damaged(str(error) or type(error).__name__) from error


def _about(tar: tarfile.TarFile, listed: IO[bytes] | None = None) -> About:
    member = tar.next()
    if member is None or member.name != ABOUT or not member.isreg() or member.size > MOST_ABOUT_BYTES:
        raise _damaged(_("it does not begin with %(about)s") % {"about": ABOUT})
    source = tar.extractfile(member)
    content = source.read() if source else b""
    if listed:
        listed.write(f"{hashlib.sha256(content).hexdigest()} {len(content)} {ABOUT}\n".encode())
    return msgspec.json.decode(content, type=About)


def _name(member: tarfile.TarInfo, *, database: str) -> str:
    name = member.name
    if not member.isreg() or member.issparse():
        raise _damaged(_("“%(name)s” is no plain file") % {"name": name[:200]})
    if name in (database, MEMBERS) or BLOB.fullmatch(name):
        return name
    if name.startswith(FILES):
        try:
            if inner_path(name.removeprefix(FILES)) == name.removeprefix(FILES):
                return name
        except Refusal as refusal:
            raise _damaged(refusal.message) from refusal
    raise _damaged(_("“%(name)s” is none of the names in a backup") % {"name": name[:200]})


def _pour(tar: tarfile.TarFile, member: tarfile.TarInfo, target: IO[bytes] | None) -> str:
    digest, source = hashlib.sha256(), tar.extractfile(member)
    try:
        while source and (chunk := source.read(CHUNK_BYTES)):
            digest.update(chunk)
            if target:
                target.write(chunk)
    finally:
        if target:
            target.close()
    return digest.hexdigest()


def _compare(tar: tarfile.TarFile, member: tarfile.TarInfo, listed: IO[bytes]) -> None:
    if member.size != listed.tell():
        raise _damaged(_("its members are not those of its list"))
    listed.seek(0)
    source = tar.extractfile(member)
    while source and (chunk := source.read(CHUNK_BYTES)):
        if chunk != listed.read(len(chunk)):
            raise _damaged(_("a member is not as its list says"))


def _damaged(why: str) -> Refusal:
    return Refusal(
        "backup_damaged",
        _("This is no whole backup of MLOps Studio: %(why)s.") % {"why": why},
        hint=_("Copy it anew from where it was kept, or take an older one. Nothing was changed."),
        status=422,
    )
