"""A part of a drawing as a component with a typed interface, and what changed between two of its versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from designer.graph.document import freeze, tidy
from mlops.blocks.library import Library
from mlops.formats.component import Component, Parameter, Port
from mlops.formats.definition import Definition, End, Graph
from mlops.formats.document import Document, DrawnNode, PipelineParameter
from mlops.formats.pipeline import Edge
from mlops.formats.refusal import Refusal, nearest

GROUP = "My Components"
PARAMETER = "$parameter"
PARAMETER_TYPES = {"integer": "integer", "decimal": "decimal", "boolean": "boolean"}


class Exposed(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of an inner step that the component offers under a name of its own."""

    node: str
    parameter: str
    name: str


def cut(document: Document, nodes: Iterable[str], exposed: Iterable[Exposed]) -> tuple[Document, tuple[Edge, ...]]:
    """The chosen nodes as a drawing of their own, and the edges that lead in or out. Exposed parameters become
    parameters of the drawing. Raises Refusal `selection_empty`, `parameter_unknown`."""
    chosen = [node for node in dict.fromkeys(nodes) if node in document.nodes]
    if not chosen:
        raise Refusal("selection_empty", "No step of the drawing is selected.", hint="Select some, then collapse them.")
    inner = {node: document.nodes[node] for node in chosen}
    parameters: dict[str, PipelineParameter] = {}
    for one in exposed:
        if one.node not in inner:
            raise Refusal("parameter_unknown", f"“{one.node}” is not among the chosen steps.", status=422)
        node = inner[one.node]
        value = node.parameters.get(one.parameter)
        parameters[one.name] = PipelineParameter(type="string", default=value)
        changed = {**node.parameters, one.parameter: {PARAMETER: one.name}}
        inner[one.node] = msgspec.structs.replace(node, parameters=changed)
    for name in _mentioned(inner.values()) - parameters.keys():
        if name in document.parameters:
            parameters[name] = document.parameters[name]
    inside = set(chosen)
    edges = tuple(edge for edge in document.edges if edge.source in inside and edge.target in inside)
    crossing = tuple(edge for edge in document.edges if (edge.source in inside) != (edge.target in inside))
    notes = {name: note for name, note in document.notes.items() if note.node in inside}
    kept = {*chosen, *notes}
    layout = {name: place for name, place in document.layout.items() if name in kept}
    return Document(nodes=inner, edges=edges, layout=layout, notes=notes, parameters=parameters), crossing


def define(
    document: Document,
    library: Library,
    *,
    name: str,
    title: str,
    help: str = "",
    version: str = "",
    crossing: Iterable[Edge] = (),
    before: Graph | None = None,
) -> Definition:
    """A drawing as a component. Ports: those of `before` whose inner ends are still there, then the ends of `crossing`
    edges, then required inputs and outputs that nothing is connected to. Raises Refusal `subgraph_…`."""
    document = _ordered(tidy(document))
    if not document.nodes:
        raise Refusal("subgraph_empty", "The drawing has no steps.", hint="Add some before you save it.", status=422)
    known = {node_id: library.component(node.component, node.version) for node_id, node in document.nodes.items()}
    inputs = {
        port: tuple(sorted(ends, key=lambda end: (end.node, end.port)))
        for port, ends in _inputs(document, known, tuple(crossing), before).items()
    }
    outputs = _outputs(document, known, tuple(crossing), before)
    component = Component(
        name=name,
        version=version,
        title=title,
        group=GROUP,
        help=help,
        inputs=tuple(
            _port(port, known[ends[0].node].inputs, ends[0], document, known) for port, ends in inputs.items()
        ),
        outputs=tuple(_port(port, known[end.node].outputs, end, document, known) for port, end in outputs.items()),
        parameters=tuple(_parameters(document, known, inputs)),
        deterministic=all(one.deterministic for one in known.values()),
    )
    return Definition(
        component=component, how=Graph(document=document, spec=freeze(document), inputs=inputs, outputs=outputs)
    )


def _ordered(document: Document) -> Document:
    """In an order of its own, so that equal drawings give equal components."""
    edges = sorted(document.edges, key=lambda edge: (edge.target, edge.target_port, edge.source, edge.source_port))
    return msgspec.structs.replace(
        document,
        nodes=dict(sorted(document.nodes.items())),
        edges=tuple(edges),
        parameters=dict(sorted(document.parameters.items())),
    )


def interface_changes(before: Component, after: Component) -> tuple[str, ...]:
    """One sentence for each port and parameter that came, went or changed."""
    told: list[str] = []
    for kind, old, new in (
        ("input", before.inputs, after.inputs),
        ("output", before.outputs, after.outputs),
        ("parameter", before.parameters, after.parameters),
    ):
        was = {one.name: one for one in old}
        now = {one.name: one for one in new}
        told += [f"The {kind} “{name}” is gone." for name in was if name not in now]
        told += [f"The {kind} “{name}” is new." for name in now if name not in was]
        told += [f"The {kind} “{name}” is different." for name in now if name in was and was[name] != now[name]]
    return tuple(told)


def _mentioned(nodes: Iterable[DrawnNode]) -> set[str]:
    values = (value for node in nodes for value in node.parameters.values())
    return {str(value[PARAMETER]) for value in values if isinstance(value, dict) and set(value) == {PARAMETER}}


def _inputs(
    document: Document, known: Mapping[str, Component], crossing: tuple[Edge, ...], before: Graph | None
) -> dict[str, tuple[End, ...]]:
    fed = {(edge.target, edge.target_port) for edge in document.edges}
    found: dict[str, tuple[End, ...]] = {}
    taken: set[End] = set()
    for name, ends in (before.inputs if before else {}).items():
        still = tuple(end for end in ends if _has(known, end, "inputs") and (end.node, end.port) not in fed)
        if still:
            found[name] = still
            taken.update(still)
    sources: dict[tuple[str, str], list[End]] = {}
    for edge in crossing:
        if edge.target in document.nodes:
            sources.setdefault((edge.source, edge.source_port), []).append(End(node=edge.target, port=edge.target_port))
    for led in sources.values():
        found[_fresh(led[0].port, found)] = tuple(led)
        taken.update(led)
    for node_id in document.nodes:
        for port in known[node_id].inputs:
            end = End(node=node_id, port=port.name)
            if not port.optional and (node_id, port.name) not in fed and end not in taken:
                found[_fresh(port.name, found)] = (end,)
    return found


def _outputs(
    document: Document, known: Mapping[str, Component], crossing: tuple[Edge, ...], before: Graph | None
) -> dict[str, End]:
    used = {(edge.source, edge.source_port) for edge in document.edges}
    kept = before.outputs.items() if before else ()
    found = {port: end for port, end in kept if _has(known, end, "outputs")}
    for edge in crossing:
        end = End(node=edge.source, port=edge.source_port)
        if edge.source in document.nodes and end not in found.values():
            found[_fresh(edge.source_port, found)] = end
    for node_id in document.nodes:
        for port in known[node_id].outputs:
            end = End(node=node_id, port=port.name)
            if (node_id, port.name) not in used and end not in found.values():
                found[_fresh(port.name, found)] = end
    return found


def _has(known: Mapping[str, Component], end: End, side: str) -> bool:
    component = known.get(end.node)
    return component is not None and any(port.name == end.port for port in getattr(component, side))


def _fresh(name: str, taken: Mapping[str, Any]) -> str:
    stem = re.sub(r"[^A-Za-z0-9_]", "_", name)
    number = 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def _port(name: str, ports: tuple[Port, ...], end: End, document: Document, known: Mapping[str, Component]) -> Port:
    """Of the inner port's kind; with its step's title where two inner ports have the same label."""
    inner = next(port for port in ports if port.name == end.port)
    node = document.nodes[end.node]
    title = node.title or known[end.node].title
    help = inner.help or f"{inner.label} of {title}."
    label = inner.label if name == inner.name else f"{inner.label} of {title}"
    return msgspec.structs.replace(inner, name=name, label=label, help=help)


def _parameters(
    document: Document, known: Mapping[str, Component], inputs: Mapping[str, tuple[End, ...]]
) -> Iterable[Parameter]:
    """Of the kind of the inner parameter that takes the value first; a name that nothing takes is left out."""
    missing = _mentioned(document.nodes.values()) - document.parameters.keys()
    if missing:
        name = min(missing)
        raise Refusal(
            "subgraph_parameter",
            f"A step takes the parameter “{name}”, which the drawing does not have.",
            hint=nearest(name, document.parameters) or "Add it to the drawing's parameters.",
            status=422,
        )
    for name, given in document.parameters.items():
        for node_id, node in document.nodes.items():
            inner = next((one for one, value in node.parameters.items() if value == {PARAMETER: name}), None)
            definition = known[node_id].parameter(inner) if inner else None
            if definition is None:
                continue
            end = End(node=node_id, port=definition.port)
            port = next((port for port, ends in inputs.items() if end in ends), "")
            default = definition.default if given.default is None else given.default
            yield msgspec.structs.replace(
                definition,
                name=name,
                label=definition.label if name == definition.name else name.replace("_", " ").capitalize(),
                help=given.help or definition.help,
                default=default,
                port=port,
                visible_if={},
            )
            break
