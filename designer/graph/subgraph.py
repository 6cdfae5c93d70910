"""A part of a drawing as a component with a typed interface, and what changed between two of its versions."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from mlops.formats.component import Component
from mlops.formats.document import Document, PipelineParameter
from mlops.formats.pipeline import Edge
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.pipelines.subgraph import mentioned

PARAMETER = "$parameter"


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
        raise Refusal(
            "selection_empty", _("No step of the drawing is selected."), hint=_("Select some, then collapse them.")
        )
    inner = {node: document.nodes[node] for node in chosen}
    parameters: dict[str, PipelineParameter] = {}
    for one in exposed:
        if one.node not in inner:
            raise Refusal(
                "parameter_unknown", _("“%(node)s” is not among the chosen steps.") % {"node": one.node}, status=422
            )
        node = inner[one.node]
        value = node.parameters.get(one.parameter)
        parameters[one.name] = PipelineParameter(type="string", default=value)
        changed = {**node.parameters, one.parameter: {PARAMETER: one.name}}
        inner[one.node] = msgspec.structs.replace(node, parameters=changed)
    for name in mentioned(inner.values()) - parameters.keys():
        if name in document.parameters:
            parameters[name] = document.parameters[name]
    inside = set(chosen)
    edges = tuple(edge for edge in document.edges if edge.source in inside and edge.target in inside)
    crossing = tuple(edge for edge in document.edges if (edge.source in inside) != (edge.target in inside))
    notes = {name: note for name, note in document.notes.items() if note.node in inside}
    kept = {*chosen, *notes}
    layout = {name: place for name, place in document.layout.items() if name in kept}
    return Document(nodes=inner, edges=edges, layout=layout, notes=notes, parameters=parameters), crossing


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
