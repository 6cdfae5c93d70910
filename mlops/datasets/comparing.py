"""What differs between two versions of a dataset."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from mlops.blobs.stores import store
from mlops.blobs.trees import manifest_of
from mlops.datasets.children import ask_child
from mlops.datasets.models import DatasetVersion
from mlops.datasets.queries import data_digest
from mlops.datasets.references import files_of

SECONDS = 60.0
SHOWN_FILES = 50


def difference(before: DatasetVersion, after: DatasetVersion, *, keys: Sequence[str] = ()) -> dict[str, Any]:
    """Of tables: columns, rows and distributions; of files: which are new, gone and other.

    Raises Refusal `column_unknown`, `table_too_long`, and where a version is not ready."""
    told: dict[str, Any] = {"before": before.version, "after": after.version}
    told["is_equal"] = bool(before.content) and before.content == after.content
    if before.schema is None or after.schema is None:
        return told | {"files": _files(before, after)}
    with tempfile.TemporaryDirectory(dir=Path(settings.DATA_DIR) / "uploads", prefix="compare-") as folder:
        for name, version in (("before", before), ("after", after)):
            store().fetch(data_digest(version), f"{folder}/{name}.parquet")
        found: dict[str, Any] = ask_child("difference", path=Path(folder), seconds=SECONDS, keys=list(keys))
    return told | found


def _files(before: DatasetVersion, after: DatasetVersion) -> dict[str, Any]:
    old, new = ({file.path: file for file in manifest_of(files_of(one).digest).files} for one in (before, after))
    lists = {
        "new": [path for path in new if path not in old],
        "gone": [path for path in old if path not in new],
        "other": [path for path in new if path in old and new[path].digest != old[path].digest],
    }
    counts = {name: len(paths) for name, paths in lists.items()}
    return {"counts": counts, **{name: paths[:SHOWN_FILES] for name, paths in lists.items()}}
