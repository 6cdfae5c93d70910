"""A drawing as the files that lie in a repository: its YAML at a path, the layout and the components beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from designer.exporting import LAYOUT_FILE, PIPELINE_FILE, exported
from designer.models import Draft
from mlops.blobs.trees import open_blob
from mlops.formats.document import Document
from mlops.formats.refusal import Refusal

MOST_BYTES = 20_000_000
ABSENT = ""
"""Of a file that is not there."""


def files_of(draft: Draft, document: Document, path: str) -> dict[str, bytes]:
    """Path in the repository to content. Raises Refusal `unknown_component`, `drawing_too_large`."""
    stem = PurePosixPath(path).with_suffix("")
    renamed = {PIPELINE_FILE: path, LAYOUT_FILE: f"{stem}.layout.yaml"}
    found: dict[str, bytes] = {}
    for name, content in exported(draft, document).items():
        place = renamed.get(name) or (PurePosixPath(path).parent / name).as_posix()
        found[place] = content.encode() if isinstance(content, str) else _blob(content.decode())
        if sum(map(len, found.values())) > MOST_BYTES:
            raise Refusal(
                "drawing_too_large",
                _("The code of its components is larger than the %d MB that are committed.") % (MOST_BYTES / 1e6),
                hint=_("Keep data and models out of components' code."),
                status=422,
            )
    return found


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())}


def digests_in(folder: Path, paths: Iterable[str]) -> dict[str, str]:
    """Of files, and of all below folders, of what lies in a folder; ABSENT for what is not there."""
    found: dict[str, str] = {}
    for path in paths:
        place = folder / path
        inner = [one for one in place.rglob("*") if one.is_file()] if place.is_dir() else []
        for one in inner or [place]:
            name = one.relative_to(folder).as_posix()
            found[name] = hashlib.sha256(one.read_bytes()).hexdigest() if one.is_file() else ABSENT
    return dict(sorted(found.items()))


def _blob(digest: str) -> bytes:
    with open_blob(digest) as source:
        return source.read()
