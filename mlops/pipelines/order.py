"""The order of a graph's nodes, and the circle that prevents one."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from mlops.formats.pipeline import Node, PipelineSpec


def in_order(spec: PipelineSpec) -> tuple[Node, ...]:
    """Each node after those that feed it. Nodes on a circle, and behind one, are left out."""
    missing = {node: len(feeders) for node, feeders in _feeders(spec).items()}
    fed_by = fed(spec)
    done = [node.id for node in spec.nodes if not missing[node.id]]
    for node in done:  # grows while it is walked
        for target in sorted(fed_by.get(node, ())):
            missing[target] -= 1
            if not missing[target]:
                done.append(target)
    by_id = {node.id: node for node in spec.nodes}
    return tuple(by_id[node] for node in done)


def fed(spec: PipelineSpec) -> dict[str, set[str]]:
    """Node to the nodes that it feeds; ends that are not in the graph are left out."""
    found: dict[str, set[str]] = {}
    for target, feeders in _feeders(spec).items():
        for source in feeders:
            found.setdefault(source, set()).add(target)
    return found


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
    fed_by = fed(spec)
    found: set[str] = set()
    border = {node_id}
    while border:
        border = {target for node in border for target in fed_by.get(node, ())} - found
        found |= border
    return frozenset(found)


def _feeders(spec: PipelineSpec) -> dict[str, set[str]]:
    ids = {node.id for node in spec.nodes}
    feeders: dict[str, set[str]] = {node.id: set() for node in spec.nodes}
    for edge in spec.edges:
        if edge.source in ids and edge.target in ids:
            feeders[edge.target].add(edge.source)
    return feeders
