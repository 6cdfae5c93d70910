"""The order of a graph's nodes, and the circle that prevents one."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from mlops.formats.pipeline import Node, PipelineSpec


def in_order(spec: PipelineSpec) -> tuple[Node, ...]:
    """Each node after those that feed it. Nodes on a circle, and behind one, are left out."""
    waiting = _feeders(spec)
    done: list[str] = []
    while ready := [node for node, feeders in waiting.items() if not feeders]:
        done += ready
        waiting = {n: feeders - set(ready) for n, feeders in waiting.items() if n not in ready}
    by_id = {node.id: node for node in spec.nodes}
    return tuple(by_id[node] for node in done)


def circle(spec: PipelineSpec) -> tuple[str, ...]:
    """The ids along one circle, in the direction of the edges; empty where there is none."""
    try:
        TopologicalSorter(_feeders(spec)).prepare()
    except CycleError as error:
        ring: list[str] = error.args[1]
        return tuple(ring[:-1])
    return ()


def behind(spec: PipelineSpec, node_id: str) -> frozenset[str]:
    """Every node that needs the given one, directly or not."""
    found: set[str] = set()
    border = {node_id}
    while border:
        border = {edge.target for edge in spec.edges if edge.source in border} - found
        found |= border
    return frozenset(found)


def _feeders(spec: PipelineSpec) -> dict[str, set[str]]:
    ids = {node.id for node in spec.nodes}
    feeders: dict[str, set[str]] = {node.id: set() for node in spec.nodes}
    for edge in spec.edges:
        if edge.source in ids and edge.target in ids:
            feeders[edge.target].add(edge.source)
    return feeders
