"""The frozen graph that a run executes: nodes and edges without positions, and its digest."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

DATASET_COMPONENT = "dataset"
"""A data node: no input, one output port `dataset`; parameters {"dataset": name, "version": number}."""


class Node(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: str
    component: str
    version: str
    parameters: dict[str, Any] = {}
    title: str = ""
    comment: str = ""


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    source: str
    source_port: str
    target: str
    target_port: str


class PipelineSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Nodes sorted by id, edges sorted by target then source, so that equal graphs have equal digests."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def node(self, node_id: str) -> Node | None:
        return next((node for node in self.nodes if node.id == node_id), None)

    def inputs_of(self, node_id: str) -> tuple[Edge, ...]:
        return tuple(edge for edge in self.edges if edge.target == node_id)

    def digest(self) -> str:
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()
