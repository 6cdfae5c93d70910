"""A drawing as a component with a typed interface."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.blocks.library import Library
from mlops.formats.component import Component, Parameter, Port
from mlops.formats.definition import Definition, End, Graph
from mlops.formats.document import Document, DrawnNode
from mlops.formats.pipeline import Edge
from mlops.formats.refusal import Refusal, nearest
from mlops.pipelines.drawn import freeze, tidy

GROUP = "My Components"
PARAMETER = "$parameter"


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
        raise Refusal(
            "subgraph_empty", _("The drawing has no steps."), hint=_("Add some before you save it."), status=422
        )
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
    missing = mentioned(document.nodes.values()) - document.parameters.keys()
    if missing:
        name = min(missing)
        raise Refusal(
            "subgraph_parameter",
            _("A step takes the parameter “%(name)s”, which the drawing does not have.") % {"name": name},
            hint=nearest(name, document.parameters) or _("Add it to the drawing's parameters."),
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


def mentioned(nodes: Iterable[DrawnNode]) -> set[str]:
    values = (value for node in nodes for value in node.parameters.values())
    return {str(value[PARAMETER]) for value in values if isinstance(value, dict) and set(value) == {PARAMETER}}
