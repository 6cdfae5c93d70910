"""What a look has to know of the model behind the predictions: task, classes, label, what it pays attention to."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.blobs.trees import manifest_of, open_blob
from mlops.formats.model import IMPORTANCE_FILE
from mlops.registry.models import ModelVersion
from mlops.registry.reading import describe

MOST_BYTES = 1024 * 1024


class ModelFacts(msgspec.Struct, frozen=True, kw_only=True):
    task: str = ""
    classes: tuple[str, ...] = ()
    label: str = ""
    importances: dict[str, float] = {}


def facts_of_model(version: ModelVersion | None) -> ModelFacts:
    if version is None:
        return ModelFacts()
    manifest = describe(version.tree_id).manifest
    return ModelFacts(
        task=version.task or (manifest.task if manifest else ""),
        classes=manifest.classes if manifest else (),
        label=manifest.label if manifest else "",
        importances=_importances(version.tree_id),
    )


def _importances(tree: str) -> dict[str, float]:
    file = next((one for one in manifest_of(tree).files if one.path == IMPORTANCE_FILE), None)
    if file is None or file.size_bytes > MOST_BYTES:
        return {}
    with open_blob(file.digest) as source:
        found: Any = msgspec.json.decode(source.read())
    return {str(name): float(share) for name, share in found.items()} if isinstance(found, dict) else {}
