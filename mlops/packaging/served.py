"""What a server has to know of a model version: its signature, task and classes, or whose file it is."""

from __future__ import annotations

import msgspec

from mlops.blobs.trees import manifest_of, open_file
from mlops.formats.model import MANIFEST_FILE, ONNX_FILE, ModelManifest, Signature
from mlops.formats.serving import Framework
from mlops.packaging.models import Conversion
from mlops.registry.models import ModelVersion
from mlops.registry.reading import describe
from mlops.registry.recognising import recognise


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """`by_itself`: a model from elsewhere that answers what it answers, by `framework`, `graph` or MLflow; else a model
    that answers with score columns."""

    signature: Signature | None
    task: str = ""
    classes: tuple[str, ...] = ()
    framework: Framework = ""
    graph: str = ""
    by_itself: bool = False


def facts_of(version: ModelVersion, *, entry: str, conversion: Conversion | None) -> Facts:
    """A model from elsewhere is by the entry onnx what its conversion found."""
    signature = None if version.signature is None else msgspec.convert(version.signature, Signature)
    if entry == "script":
        return Facts(signature=None, task=version.task)
    own = describe(version.tree_id).manifest
    if own is not None:
        return Facts(signature=signature, task=version.task, classes=own.classes)
    found = manifest_in(conversion) if entry == "onnx" and conversion is not None else None
    if found is not None:
        return Facts(signature=found.signature, task=found.task, classes=found.classes)
    known = recognise(version)
    if known is None:
        return Facts(signature=signature, task=version.task)
    if known.graph and entry == "onnx" and conversion is not None and conversion.tree_id is not None:
        return Facts(signature=signature, task=version.task, graph=f"onnx/{ONNX_FILE}")
    framework: Framework = known.framework  # type: ignore[assignment]
    return Facts(signature=signature, task=version.task, framework=framework, graph=known.graph, by_itself=True)


def manifest_in(conversion: Conversion) -> ModelManifest | None:
    """What a conversion found out about a model that was not trained here."""
    tree = conversion.tree_id
    if tree is None or not any(file.path == MANIFEST_FILE for file in manifest_of(tree).files):
        return None
    with open_file(tree, MANIFEST_FILE) as source:
        return msgspec.json.decode(source.read(), type=ModelManifest)
