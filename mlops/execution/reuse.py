"""The key by which an earlier result may stand for a step: component, parameters, input bytes and environment."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from mlops.access.models import Project
from mlops.blobs.trees import is_whole
from mlops.blocks.library import BUILT_IN, Library
from mlops.formats.pipeline import Node
from mlops.runs.models import Run, Step, StepState


def reuse_key(node: Node, inputs: Mapping[str, str], versions: Mapping[str, str], library: Library = BUILT_IN) -> str:
    """`inputs`: port to tree digest; `versions`: of the libraries. Empty for a component that is not deterministic."""
    component = library.component(node.component, node.version)
    if not component.deterministic:
        return ""
    parameters: dict[str, Any] = component.defaults() | node.parameters
    content = [node.component, node.version, parameters, dict(inputs), dict(versions)]
    definition = library.definition(node.component, node.version)
    if definition is not None:
        content.append(definition.digest())
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


HEAVY = ("run__spec", "run__document", "run__shapes", "run__snapshot")


def earlier(run: Run, key: str) -> Step | None:
    return equal_step(run.project, key)


def equal_step(project: Project, key: str) -> Step | None:
    """A completed step of the project with the key, every byte of whose outputs is still there."""
    if not key:
        return None
    known = Step.objects.filter(reuse_key=key, state=StepState.COMPLETED, run__project=project)
    for step in known.select_related("run").defer(*HEAVY).order_by("-pk")[:3]:
        if step.outputs and all(is_whole(output["tree"]) for output in step.outputs.values()):
            return step
    return None
