"""The files of a version, folder by folder."""

from __future__ import annotations

import msgspec
from django.utils.translation import gettext as _

from mlops.blobs.trees import manifest_of
from mlops.datasets import errors
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.datasets.references import files_of
from mlops.formats.manifest import File
from mlops.formats.refusal import Refusal, nearest

MOST_AT_ONCE = 1000


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A folder has the number and size of all files below it."""

    name: str
    path: str
    is_folder: bool = False
    files: int = 1
    size_bytes: int = 0
    sha256: str = ""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    below: str
    entries: tuple[Entry, ...]
    count: int
    """Of all entries of this folder."""
    offset: int = 0


def listing(version: DatasetVersion, *, below: str = "", offset: int = 0, limit: int = 200) -> Listing:
    """Folders first. Raises Refusal `path_unknown`."""
    if version.state != VersionState.READY:
        raise errors.not_ready(version)
    below = below.strip("/")
    files = manifest_of(files_of(version).digest).files
    found = _entries(files, f"{below}/" if below else "")
    if not found:
        raise Refusal(
            "path_unknown",
            _("There is no folder “%(path)s” in “%(version)s”.") % {"path": below[:200], "version": version},
            hint=nearest(below, {file.path.rpartition("/")[0] for file in files[:20_000]}),
            status=404,
        )
    limit = max(1, min(limit, MOST_AT_ONCE))
    return Listing(below=below, entries=tuple(found[offset : offset + limit]), count=len(found), offset=offset)


def _entries(files: tuple[File, ...], prefix: str) -> list[Entry]:
    folders: dict[str, list[int]] = {}
    single = []
    for file in files:
        if not file.path.startswith(prefix):
            continue
        name, slash, _rest = file.path[len(prefix) :].partition("/")
        if slash:
            count = folders.setdefault(name, [0, 0])
            count[0] += 1
            count[1] += file.size_bytes
        else:
            single.append(Entry(name=name, path=file.path, size_bytes=file.size_bytes, sha256=file.digest))
    inner = [
        Entry(name=name, path=f"{prefix}{name}", is_folder=True, files=count, size_bytes=size)
        for name, (count, size) in sorted(folders.items())
    ]
    return inner + single
