"""The frozen graph: nodes and edges without positions, and its digest.

As drawn and as published it may refer to parameters and carry modes and pins; a run executes one that
`mlops.pipelines.resolve` made of it, without any of them."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import msgspec

from mlops.formats.demand import ANYWHERE, Demand

DATASET_COMPONENT = "dataset"
"""A data node: no input, one output port `dataset`; parameters {"dataset": name, "version": number}, or of files that
are no dataset {"uri": what they were called, "tree": digest, "form": definition.FileForm}."""


PARAMETER_KEY = "$parameter"
"""A node's value `{"$parameter": NAME}` is that of the pipeline's parameter."""


class Pin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A kept output that stands in for the step's own, so that the step is not run."""

    run: str
    node: str
    port: str
    tree: str
    """The digest of the kept value."""
    pinned_at: str
    """ISO 8601, UTC."""
    pinned_by: str


class PipelineParameter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A named value that may be given anew at each submit; nodes refer to it by `{"$parameter": NAME}`."""

    type: Literal["string", "integer", "decimal", "boolean", "dataset"]
    default: Any = None
    """Of a dataset: `{"dataset": name, "version": number or None}`."""
    help: str = ""


class Node(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: str
    component: str
    version: str
    parameters: dict[str, Any] = {}
    title: str = ""
    comment: str = ""
    mode: Literal["", "disabled", "bypassed"] = ""
    """Disabled: neither it nor what needs it runs. Bypassed: its first fitting input is passed through."""
    regenerate: bool = False
    """Run it also where an equal earlier result is there."""
    pins: dict[str, Pin] = {}
    """By output port."""
    demand: Demand = ANYWHERE
    """What the worker must have that runs it. What it leaves open its component says, then `usually`."""
    usually: Demand = ANYWHERE
    """What the pipeline asks for all its steps."""


def is_kept_tree(node: Node) -> bool:
    """Whether it is a data node of kept files that are no dataset."""
    return node.component == DATASET_COMPONENT and "tree" in node.parameters


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    source: str
    source_port: str
    target: str
    target_port: str


class PipelineSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Nodes sorted by id, edges sorted by target then source, so that equal graphs have equal digests."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    parameters: dict[str, PipelineParameter] = {}

    def node(self, node_id: str) -> Node | None:
        return next((node for node in self.nodes if node.id == node_id), None)

    def inputs_of(self, node_id: str) -> tuple[Edge, ...]:
        return tuple(edge for edge in self.edges if edge.target == node_id)

    def datasets(self) -> set[str]:
        """The names of those that its nodes take."""
        given = [node.parameters.get("dataset") for node in self.nodes if node.component == DATASET_COMPONENT]
        return {name for name in given if isinstance(name, str)}

    def digest(self) -> str:
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()
