"""The import of a data asset of files: a table is read from them where there is one in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.blobs.models import Tree
from mlops.blobs.stores import store
from mlops.blobs.trees import fetch_tree, keep_folder, manifest_of
from mlops.datasets.children import ask_child
from mlops.datasets.models import AssetType, DatasetVersion
from mlops.formats.refusal import Refusal

Beat = Callable[[], bool]


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """What the import of files found. Without `table` they are kept as files only, and `warnings` say why."""

    files: Tree
    table: Tree | None = None
    schema: dict[str, Any] | None = None
    profile: dict[str, Any] | None = None
    reading: dict[str, Any] = {}
    warnings: tuple[str, ...] = ()


def file_in(version: DatasetVersion, files: Tree, folder: Path, *, beat: Beat, seconds: float) -> Filed:
    """Raises Refusal for an MLTable that cannot be read: without its table it would be of no use."""
    ways = {AssetType.URI_FILE: _file, AssetType.MLTABLE: _mltable}
    read = ways.get(AssetType(version.dataset.type))
    if read is None:
        return Filed(files=files)
    found = read(version, files, folder, beat, seconds)
    if found.get("refusal"):
        told = found["refusal"]
        why = _("Kept as a file; it is not read as a table: %(why)s %(hint)s")
        return Filed(files=files, warnings=((why % {"why": told["detail"], "hint": told["hint"]}).strip(),))
    return Filed(
        files=files,
        table=keep_folder(folder / "table"),
        schema=found["meta"]["schema"],
        profile=found["profile"],
        reading=found.get("reading") or {},
        warnings=tuple(found.get("warnings", ())),
    )


def _file(version: DatasetVersion, files: Tree, folder: Path, beat: Beat, seconds: float) -> dict[str, Any]:
    one = manifest_of(files.digest).files[0]
    raw = folder / "raw"
    store().fetch(one.digest, str(raw))
    order: dict[str, Any] = {"folder": str(folder / "table"), "source": str(version)}
    order |= {"file_name": one.path.rpartition("/")[2]}
    try:
        found: dict[str, Any] = ask_child("file", path=raw, seconds=seconds, beat=beat, **order)
    except Refusal as refusal:
        if refusal.code == "import_abandoned":
            raise
        return {"refusal": refusal.as_problem()}
    return found


def _mltable(version: DatasetVersion, files: Tree, folder: Path, beat: Beat, seconds: float) -> dict[str, Any]:
    given = folder / "given"
    fetch_tree(files.digest, given)
    order: dict[str, Any] = {"folder": str(folder / "table"), "source": str(version)}
    found: dict[str, Any] = ask_child("mltable", path=given, seconds=seconds, beat=beat, **order)
    return found
