"""The order of a graph's nodes, and the circle that prevents one."""

from __future__ import annotations

from collections.abc import Mapping
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
    return _reached(fed(spec), node_id)


def before(spec: PipelineSpec, node_id: str) -> frozenset[str]:
    """Every node that the given one needs, directly or not."""
    return _reached(_feeders(spec), node_id)


def pinned_nodes(spec: PipelineSpec) -> set[str]:
    """Nodes whose pins stand in for all their outputs that are used, so that they need not run."""
    used: dict[str, set[str]] = {}
    for edge in spec.edges:
        used.setdefault(edge.source, set()).add(edge.source_port)
    return {
        node.id for node in spec.nodes if node.pins and not node.mode and used.get(node.id, set()) <= set(node.pins)
    }


def _reached(steps: Mapping[str, set[str]], start: str) -> frozenset[str]:
    found: set[str] = set()
    border = {start}
    while border:
        border = {other for node in border for other in steps.get(node, ())} - found
        found |= border
    return frozenset(found)


def _feeders(spec: PipelineSpec) -> dict[str, set[str]]:
    ids = {node.id for node in spec.nodes}
    feeders: dict[str, set[str]] = {node.id: set() for node in spec.nodes}
    for edge in spec.edges:
        if edge.source in ids and edge.target in ids:
            feeders[edge.target].add(edge.source)
    return feeders
