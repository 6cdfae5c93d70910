"""Files that come for a data asset: one file as it is, or a folder as a tar archive that is read as it comes."""

from __future__ import annotations

import tarfile
from pathlib import PurePosixPath
from typing import Any, BinaryIO
from uuid import UUID

from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.blobs.stores import store
from mlops.blobs.trees import keep_manifest
from mlops.datasets import errors
from mlops.datasets.models import Arrival
from mlops.formats.manifest import File, Manifest
from mlops.formats.refusal import Refusal, Where
from mlops.quotas.storage import within_quota
from mlops.uploads.actions import sent_files

MOST_FILES = 200_000
LONGEST_PATH = 900


def keep_one(actor: Any, project: Project, *, source: BinaryIO, file_name: str) -> Arrival:
    require(actor, "data.change", project)
    path = checked_path(PurePosixPath(file_name.replace("\\", "/")).name or "data")
    digest, size = store().put(within_quota(project, source))
    return _kept(actor, project, [File(path=path, digest=digest, size_bytes=size)], is_folder=False)


def keep_tar(actor: Any, project: Project, *, source: BinaryIO) -> Arrival:
    """Regular files and folders only. Raises Refusal `unsafe_path`, `link_refused`, `archive_damaged` and the like."""
    require(actor, "data.change", project)
    files: dict[str, File] = {}
    try:
        with tarfile.open(fileobj=source, mode="r|") as archive, store().together() as put:
            for entry in archive:
                if entry.isdir():
                    continue
                path = _safe(entry)
                content = archive.extractfile(entry)
                assert content is not None
                digest, size = put(within_quota(project, content))  # type: ignore[arg-type]
                files[path] = File(path=path, digest=digest, size_bytes=size)
                if len(files) > MOST_FILES:
                    raise _too_many()
                archive.members = []  # type: ignore[attr-defined]  # what was read is not kept in memory
    except (tarfile.TarError, EOFError, OSError, UnicodeError) as error:
        raise Refusal(
            "archive_damaged",
            _("What came is no whole tar archive: %(error)s.") % {"error": error},
            hint=_("Send it again."),
            status=422,
        ) from error
    return _kept(actor, project, list(files.values()), is_folder=True)


def keep_listed(actor: Any, project: Project, *, files: list[tuple[str, BinaryIO]]) -> Arrival:
    """Files by their paths, as a browser sends a folder: the first part, which all of them share, is its name."""
    require(actor, "data.change", project)
    if len(files) > MOST_FILES:
        raise _too_many()
    paths = [checked_path(given) for given, _stream in files]
    tops = {PurePosixPath(path).parts[0] for path in paths if len(PurePosixPath(path).parts) > 1}
    shared = f"{tops.pop()}/" if len(tops) == 1 and all("/" in path for path in paths) else ""
    kept = {}
    for path, (_given, stream) in zip(paths, files, strict=True):
        digest, size = store().put(within_quota(project, stream))
        inner = path.removeprefix(shared)
        kept[inner] = File(path=inner, digest=digest, size_bytes=size)
    return _kept(actor, project, list(kept.values()), is_folder=True)


def keep_sent(actor: Any, project: Project, *, sent: list[tuple[str, str]]) -> Arrival:
    """Of files that were uploaded before; a single one without a folder is a file, more are a folder, whose name all
    paths may share."""
    files = sent_files(actor, project, [(upload_id, path and checked_path(path)) for upload_id, path in sent])
    tops = {PurePosixPath(file.path).parts[0] for file in files if "/" in file.path}
    shared = f"{tops.pop()}/" if len(tops) == 1 and all("/" in file.path for file in files) else ""
    inner = [File(path=one.path.removeprefix(shared), digest=one.digest, size_bytes=one.size_bytes) for one in files]
    is_folder = bool(shared) or len(inner) > 1
    return _kept(actor, project, inner, is_folder=is_folder)


def arrival(actor: Any, project: Project, arrival_id: UUID) -> Arrival:
    found = Arrival.objects.filter(project=project, pk=arrival_id).select_related("tree").first()
    if found is None:
        raise errors.not_found("upload")
    return found


def checked_path(given: str) -> str:
    """Relative, with forward slashes, below its folder. Raises Refusal `unsafe_path`."""
    text = given.replace("\\", "/").removeprefix("./")
    path = PurePosixPath(text)
    is_strange = any(ord(letter) < 32 for letter in text) or text[1:2] == ":"
    if not path.parts or path.is_absolute() or ".." in path.parts or is_strange or len(text) > LONGEST_PATH:
        raise Refusal(
            "unsafe_path",
            _("“%(path)s” cannot be the path of a file: it leads out of the folder, or is too long.")
            % {"path": given[:200]},
            hint=_("Use paths inside the folder, of at most %(most)d characters.") % {"most": LONGEST_PATH},
            status=422,
            where=Where(value=given[:200]),
        )
    return path.as_posix()


def _safe(entry: tarfile.TarInfo) -> str:
    if entry.issym() or entry.islnk():
        raise Refusal(
            "link_refused",
            _("“%(path)s” is a link, and links are not kept.") % {"path": entry.name[:200]},
            hint=_("Replace it by the file that it points at."),
            status=422,
            where=Where(value=entry.name[:200]),
        )
    if not entry.isreg():
        raise Refusal(
            "special_file_refused",
            _("“%(path)s” is neither a file nor a folder.") % {"path": entry.name[:200]},
            status=422,
            where=Where(value=entry.name[:200]),
        )
    return checked_path(entry.name)


def _kept(actor: Any, project: Project, files: list[File], *, is_folder: bool) -> Arrival:
    if not files:
        raise Refusal("folder_empty", _("The folder holds no file."), hint=_("Put files into it."), status=422)
    _require_no_file_as_folder(files)
    tree = keep_manifest(Manifest(files=tuple(sorted(files, key=lambda file: file.path))), new=files)
    return Arrival.objects.create(project=project, tree=tree, is_folder=is_folder, created_by=actor)


def _require_no_file_as_folder(files: list[File]) -> None:
    """A path that is both a file and a folder could never be laid out on a disk."""
    paths = {file.path for file in files}
    for path in paths:
        above = next((str(one) for one in PurePosixPath(path).parents if str(one) in paths), None)
        if above:
            message = _("“%(path)s” is a file and a folder at once.") % {"path": above}
            raise Refusal("unsafe_path", message, status=422, where=Where(value=above))


def _too_many() -> Refusal:
    return Refusal(
        "too_many_files",
        _("A folder may hold %(most)d files.") % {"most": MOST_FILES},
        hint=_("Pack many small files into archives or tables."),
        status=422,
    )
