"""A drawing as the spec that a run executes."""

from __future__ import annotations

import msgspec

from mlops.formats.demand import ANYWHERE
from mlops.formats.document import Document, Place
from mlops.formats.pipeline import DATASET_COMPONENT, Edge, Node, PipelineSpec


def tidy(document: Document) -> Document:
    """Without edges drawn twice and without positions of nodes that are gone; nodes without a position get one."""
    edges = tuple(dict.fromkeys(document.edges))
    drawn = document.nodes.keys() | document.notes.keys() | document.groups.keys()
    layout = {name: place for name, place in document.layout.items() if name in drawn}
    for number, node_id in enumerate(node_id for node_id in document.nodes if node_id not in layout):
        layout[node_id] = Place(x=40 + 280 * (number % 4), y=40 + 140 * (number // 4))
    return msgspec.structs.replace(document, edges=edges, layout=layout)


def freeze(document: Document) -> PipelineSpec:
    """The graph without positions, in an order of its own, so that equal drawings give equal specs."""
    usually = document.defaults.get("demand", ANYWHERE)
    nodes = tuple(
        Node(
            id=node_id,
            component=node.component,
            version=node.version,
            parameters=node.parameters,
            title=node.title,
            comment=node.comment,
            mode=node.mode,
            regenerate=node.regenerate,
            pins=node.pins,
            demand=node.demand,
            usually=usually if node.component != DATASET_COMPONENT else ANYWHERE,
        )
        for node_id, node in sorted(document.nodes.items())
    )
    edges = tuple(sorted(document.edges, key=_edge_order))
    return PipelineSpec(nodes=nodes, edges=edges, parameters=document.parameters)


def _edge_order(edge: Edge) -> tuple[str, str, str, str]:
    return (edge.target, edge.target_port, edge.source, edge.source_port)
