"""Pipeline components become their inner steps, and what is found at those is told at the card.

The inner step `b` of the card `a` has the id `a.b`; ids of drawn nodes have no dot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.blocks.library import Library
from mlops.formats.component import Problem, Shape
from mlops.formats.definition import Definition, End, Graph
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.pipelines.order import pinned_nodes

DEEPEST = 20
PARAMETER = "$parameter"


def expand(spec: PipelineSpec, library: Library) -> PipelineSpec:
    """The spec without pipeline components. Nodes that are nowhere in the library stay as they are."""
    for _depth in range(DEEPEST):
        graphs = _graphs(spec, library)
        if not graphs:
            return spec
        spec = _opened(spec, graphs, library)
    raise Refusal(
        "nested_too_deep",
        _("Pipeline components lie more than %(deepest)s deep inside each other.") % {"deepest": DEEPEST},
    )


def card_of(node_id: str) -> str:
    """The drawn node behind a step's id."""
    return node_id.split(".", 1)[0]


def fold_shapes(
    spec: PipelineSpec, shapes: Mapping[str, dict[str, Shape]], library: Library
) -> dict[str, dict[str, Shape]]:
    """`shapes` of the inner steps, with those at the ports of the cards of `spec`."""
    found = dict(shapes)
    for card, graph in _graphs(spec, library).items():
        found[card] = {}
        for port, end in graph.outputs.items():
            inner = innermost(end, graph, library, inside=card)
            shape = shapes.get(inner.node, {}).get(inner.port)
            if shape is not None:
                found[card][port] = shape
    return found


def fold_problems(spec: PipelineSpec, problems: Iterable[Problem], library: Library) -> tuple[Problem, ...]:
    """Problems of inner steps are told at their card, and there at the port or parameter that they come from."""
    graphs = _graphs(spec, library)
    folded = [_folded(problem, graphs) for problem in problems]
    return tuple({(one.code, one.where, one.message): one for one in folded}.values())


def innermost(end: End, graph: Graph, library: Library, *, inside: str = "") -> End:
    """The step, by its id in the expanded spec, that an inner output comes from, through cards inside the graph."""
    path = f"{inside}.{end.node}" if inside else end.node
    node = graph.spec.node(end.node)
    definition = None if node is None else _definition(node, library)
    if definition is None or not isinstance(definition.how, Graph) or end.port not in definition.how.outputs:
        return End(node=path, port=end.port)
    return innermost(definition.how.outputs[end.port], definition.how, library, inside=path)


def made_by(end: End, spec: PipelineSpec, library: Library) -> End:
    """The step, by its id in the expanded spec, that makes an output of a node of the spec."""
    node = spec.node(end.node)
    definition = None if node is None else _definition(node, library)
    if definition is None or not isinstance(definition.how, Graph) or end.port not in definition.how.outputs:
        return end
    return innermost(definition.how.outputs[end.port], definition.how, library, inside=end.node)


def _definition(node: Node, library: Library) -> Definition | None:
    try:
        return library.definition(node.component, node.version)
    except Refusal:
        return None


def _graphs(spec: PipelineSpec, library: Library) -> dict[str, Graph]:
    found = {}
    pinned = pinned_nodes(spec)
    for node in spec.nodes:
        if node.id in pinned:  # its kept outputs stand in for all its inner steps
            continue
        definition = _definition(node, library)
        if definition is not None and isinstance(definition.how, Graph):
            found[node.id] = definition.how
    return found


def _opened(spec: PipelineSpec, graphs: Mapping[str, Graph], library: Library) -> PipelineSpec:
    nodes: list[Node] = []
    edges: list[Edge] = []
    for node in spec.nodes:
        graph = graphs.get(node.id)
        if graph is None:
            nodes.append(node)
            continue
        values = library.complete(node.component, node.version, node.parameters)
        title = node.title or library.component(node.component, node.version).title
        nodes += [_inner(node, title, one, values, graph, library) for one in graph.spec.nodes]
        edges += [
            Edge(
                source=f"{node.id}.{one.source}",
                source_port=one.source_port,
                target=f"{node.id}.{one.target}",
                target_port=one.target_port,
            )
            for one in graph.spec.edges
        ]
    for edge in spec.edges:
        source = _source(edge, graphs)
        edges += [
            Edge(source=source.node, source_port=source.port, target=target.node, target_port=target.port)
            for target in _targets(edge, graphs)
        ]
    edges.sort(key=lambda edge: (edge.target, edge.target_port, edge.source, edge.source_port))
    return PipelineSpec(nodes=tuple(sorted(nodes, key=lambda node: node.id)), edges=tuple(edges))


def _inner(card: Node, title: str, node: Node, values: Mapping[str, Any], graph: Graph, library: Library) -> Node:
    """What is pinned at the card is pinned at the step that its output comes from; so with running it again. What the
    card asks of workers, all its steps ask that do not say otherwise."""
    parameters = {name: _given(value, values) for name, value in node.parameters.items()}
    own = node.title or str(parameters.get("dataset") or "") or _title(node, library)
    ends = {port: end for port, end in graph.outputs.items() if end.node == node.id}
    return msgspec.structs.replace(
        node,
        id=f"{card.id}.{node.id}",
        parameters=parameters,
        title=f"{title} ▸ {own}",
        regenerate=node.regenerate or card.regenerate,
        pins=node.pins | {ends[port].port: pin for port, pin in card.pins.items() if port in ends},
        demand=node.demand.filled_by(card.demand),
        usually=node.usually.filled_by(card.usually),
    )


def _given(value: Any, values: Mapping[str, Any]) -> Any:
    """What is not a parameter of the card is one of the pipeline around it, and stays."""
    name = _named(value)
    return values.get(name, value)


def _named(value: Any) -> str:
    return str(value[PARAMETER]) if isinstance(value, dict) and set(value) == {PARAMETER} else ""


def _title(node: Node, library: Library) -> str:
    try:
        return library.component(node.component, node.version).title
    except Refusal:
        return node.component


def _source(edge: Edge, graphs: Mapping[str, Graph]) -> End:
    graph = graphs.get(edge.source)
    end = graph.outputs.get(edge.source_port) if graph else None
    return End(node=f"{edge.source}.{end.node}", port=end.port) if end else End(node=edge.source, port=edge.source_port)


def _targets(edge: Edge, graphs: Mapping[str, Graph]) -> list[End]:
    """An edge to a port that the card does not have stays, so that it is found to be wrong."""
    graph = graphs.get(edge.target)
    ends = graph.inputs.get(edge.target_port, ()) if graph else ()
    inner = [End(node=f"{edge.target}.{end.node}", port=end.port) for end in ends]
    return inner or [End(node=edge.target, port=edge.target_port)]


def _folded(problem: Problem, graphs: Mapping[str, Graph]) -> Problem:
    place = problem.where
    card, _, inner = (place.node or "").partition(".")
    graph = graphs.get(card)
    if graph is None or not inner:
        return problem
    port = next((name for name, ends in graph.inputs.items() if End(node=inner, port=place.port or "") in ends), None)
    node = graph.spec.node(inner)
    parameter = _named(node.parameters.get(place.parameter or "")) if node else ""
    title = node.title if node and node.title else inner
    where = msgspec.structs.replace(place, node=card, port=port, parameter=parameter or None)
    return msgspec.structs.replace(problem, message=f"In “{title}”: {problem.message}", where=where)
