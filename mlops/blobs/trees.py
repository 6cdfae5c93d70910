"""Files and folders in and out of the store."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

import msgspec
from django.utils.translation import gettext as _

from mlops.blobs.models import Blob, Tree
from mlops.blobs.plain_files import open_plain, plain_files
from mlops.blobs.stores import store
from mlops.formats.inner_paths import inner_path
from mlops.formats.manifest import File, Manifest
from mlops.formats.refusal import Refusal

MANY_FILES = 200
"""Of so many, the time goes into bringing each to the disk by itself."""


def keep_stream(source: BinaryIO) -> Blob:
    digest, size = store().put(source)
    return Blob.objects.get_or_create(digest=digest, defaults={"size_bytes": size})[0]


def keep_file(path: Path) -> Blob:
    with path.open("rb") as source:
        return keep_stream(source)


def keep_folder(folder: Path) -> Tree:
    """Every regular file below `folder`; links, pipes and empty folders are left out. Anybody's code may have written
    there. Raises Refusal `too_many_files`, `name_unusable`."""
    manifest = _put_files(folder)
    return keep_manifest(manifest, new=manifest.files)


def keep_folders(folders: Iterable[Path]) -> list[str]:
    """Their digests. Of many small ones at once, as `keep_folder` of each."""
    manifests = [_put_files(folder) for folder in folders]
    rows: dict[str, Blob] = {}
    trees: dict[str, Tree] = {}
    for manifest in manifests:
        if manifest.digest() not in trees:
            digest, size = store().put(io.BytesIO(manifest.encode()))
            rows |= {file.digest: Blob(digest=file.digest, size_bytes=file.size_bytes) for file in manifest.files}
            rows[digest] = Blob(digest=digest, size_bytes=size)
            trees[manifest.digest()] = Tree(digest=manifest.digest(), **_facts(manifest))
    Blob.objects.bulk_create(rows.values(), ignore_conflicts=True)
    Tree.objects.bulk_create(trees.values(), ignore_conflicts=True)
    return [manifest.digest() for manifest in manifests]


def _put_files(folder: Path) -> Manifest:
    found = sorted(plain_files(folder))
    files = []
    with store().together() if len(found) > MANY_FILES else nullcontext(store().put) as put:
        for path in found:
            with open_plain(folder / path) as source:
                digest, size = put(source)
            files.append(File(path=path, digest=digest, size_bytes=size))
    return Manifest(files=tuple(files))


def _facts(manifest: Manifest) -> dict[str, int]:
    return {"size_bytes": manifest.size_bytes, "file_count": len(manifest.files)}


def keep_manifest(manifest: Manifest, *, new: Iterable[File] = ()) -> Tree:
    """`new`: files whose bytes are in the store, and perhaps not yet their rows."""
    digest, size = store().put(io.BytesIO(manifest.encode()))
    rows = [Blob(digest=file.digest, size_bytes=file.size_bytes) for file in new]
    Blob.objects.bulk_create([*rows, Blob(digest=digest, size_bytes=size)], ignore_conflicts=True)
    return Tree.objects.get_or_create(digest=manifest.digest(), defaults=_facts(manifest))[0]


def manifest_of(tree_digest: str) -> Manifest:
    """Raises BlobMissing, BlobDamaged."""
    with open_blob(tree_digest) as source:
        content = source.read()
    try:
        return msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError as error:
        raise BlobDamaged(tree_digest) from error


class BlobMissing(Refusal):
    """What a row names is not in the storage."""

    def __init__(self, digest: str) -> None:
        super().__init__(
            "blob_missing",
            _("The stored bytes %(digest)s… are gone from the storage.") % {"digest": digest[:12]},
            hint=_("Restore them from a backup, or run again what made them."),
            status=410,
        )


class BlobDamaged(Refusal):
    """The storage has lost a part of what a row names."""

    def __init__(self, digest: str) -> None:
        super().__init__(
            "blob_damaged",
            _("The stored bytes %(digest)s… are damaged: not all of them are there.") % {"digest": digest[:12]},
            hint=_("Restore them from a backup, or run again what made them."),
            status=410,
        )


def open_blob(digest: str) -> BinaryIO:
    """Raises BlobMissing."""
    try:
        return store().open(digest)
    except FileNotFoundError as error:
        raise BlobMissing(digest) from error


def open_file(tree_digest: str, path: str) -> BinaryIO:
    """One file of a tree. Raises Refusal `file_not_found`."""
    for file in manifest_of(tree_digest).files:
        if file.path == path:
            return open_blob(file.digest)
    raise Refusal("file_not_found", _("There is no file “%(path)s” here.") % {"path": path}, status=404)


def fetch_tree(tree_digest: str, folder: Path) -> int:
    """Lays the tree's files out below `folder`, read-only. Returns their size in bytes.

    Raises BlobMissing, BlobDamaged."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = manifest_of(tree_digest)
    for file in manifest.files:
        target = folder / inner_path(file.path)
        if not target.exists():
            _fetch(file, target)
    return manifest.size_bytes


def _fetch(file: File, target: Path) -> None:
    try:
        store().fetch(file.digest, str(target))
    except FileNotFoundError as error:
        raise BlobMissing(file.digest) from error
    if target.stat().st_size != file.size_bytes:
        target.unlink()
        raise BlobDamaged(file.digest)


def is_whole(tree_digest: str) -> bool:
    """Whether every byte of the tree is still there."""
    if not store().exists(tree_digest):
        return False
    try:
        files = manifest_of(tree_digest).files
    except BlobDamaged:
        return False
    return all(store().exists(file.digest, size_bytes=file.size_bytes) for file in files)


def chunks(source: BinaryIO, size: int = 256 * 1024, *, most: int | None = None) -> Iterator[bytes]:
    """For streamed answers: from where the source stands, at most so many bytes. Closes the source at the end."""
    left = most
    with source:
        while chunk := source.read(size if left is None else min(size, left)):
            yield chunk
            left = None if left is None else left - len(chunk)
