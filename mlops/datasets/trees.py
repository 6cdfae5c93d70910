"""Trees made of what is kept already: a part of one, one file of it, a table with its MLTable file."""

from __future__ import annotations

import io
from collections.abc import Iterable

from django.utils.translation import gettext as _

from mlops.blobs.models import Tree
from mlops.blobs.trees import keep_manifest, keep_stream, manifest_of
from mlops.formats.kept import DATA_FILE, META_FILE, own_paths
from mlops.formats.manifest import File, Manifest
from mlops.formats.refusal import Refusal, Where, nearest

MLTABLE_FILE = "MLTable"
OF_OURS = b"paths:\n  - file: ./data.parquet\ntransformations:\n  - read_parquet\n"


def part_of(digest: str, inner: str) -> Tree:
    """The file or folder at a path of a tree, its own paths taken from there. Raises Refusal `path_unknown`."""
    if not inner:
        return Tree.objects.get(digest=digest)
    files = manifest_of(digest).files
    single = next((file for file in files if file.path == inner), None)
    if single is not None:
        return tree_of([File(path=inner.rpartition("/")[2], digest=single.digest, size_bytes=single.size_bytes)])
    below = [file for file in files if file.path.startswith(f"{inner}/")]
    if not below:
        raise Refusal(
            "path_unknown",
            _("There is no file and no folder “%(path)s” in it.") % {"path": inner[:200]},
            hint=nearest(inner, (file.path for file in files[:5000])),
            status=404,
            where=Where(value=inner[:200]),
        )
    return tree_of(
        File(path=file.path[len(inner) + 1 :], digest=file.digest, size_bytes=file.size_bytes) for file in below
    )


def tree_of(files: Iterable[File]) -> Tree:
    """Of files whose bytes are in the store."""
    return keep_manifest(Manifest(files=tuple(sorted(files, key=lambda file: file.path))))


def as_mltable(digest: str) -> Tree:
    """A table's tree with the file that says how it is read, for code that expects an MLTable."""
    files = manifest_of(digest).files
    if any(file.path == MLTABLE_FILE for file in files):
        return Tree.objects.get(digest=digest)
    blob = keep_stream(io.BytesIO(OF_OURS))
    return tree_of([*files, File(path=MLTABLE_FILE, digest=blob.digest, size_bytes=blob.size_bytes)])


def without_companions(tree: Tree) -> Tree:
    """What a job's code wrote, without what was put beside it so that it is shown as a table."""
    files = manifest_of(tree.digest).files
    paths = {file.path for file in files}
    own = set(own_paths(paths, holds_table={DATA_FILE, META_FILE} <= paths))
    return tree_of(file for file in files if file.path in own) if own and len(own) < len(files) else tree
