"""From the graph as drawn to the graph that runs: parameters get their values, pins cut what is behind them off,
bypassed nodes pass their input on, disabled nodes and what needs them are left out, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.blocks.library import BUILT_IN, Library
from mlops.formats.asked import LeftOut
from mlops.formats.component import Port, Problem
from mlops.formats.pipeline import DATASET_COMPONENT, Edge, Node, PipelineParameter, PipelineSpec
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.pipelines.check import title_of
from mlops.pipelines.order import in_order, pinned_nodes
from mlops.pipelines.parameters import reference_of


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """`spec` holds the nodes that run or are pinned, without modes and references; a pinned node keeps its pins."""

    spec: PipelineSpec
    whole: PipelineSpec
    """All nodes, with the values of parameters and without bypassed ones: what the shapes are derived from."""
    left_out: dict[str, LeftOut] = {}
    problems: tuple[Problem, ...] = ()


def resolve(spec: PipelineSpec, values: Mapping[str, Any], library: Library = BUILT_IN) -> Resolved:
    """`values`: as `assign` gives them. A parameter without a value here leaves the component's default."""
    problems: list[Problem] = []
    titles = {node.id: title_of(spec, node.id, library) for node in spec.nodes}
    nodes = tuple(_valued(node, spec, values, problems) for node in spec.nodes)
    given = PipelineSpec(nodes=nodes, edges=spec.edges)
    uncut = _bypassed(given, [], library)
    open_graph, needless = _cut_at_pins(given)
    passed = _bypassed(open_graph, problems, library)
    left_out = needless | {
        node.id: LeftOut(code="bypassed", reason=_("Bypassed: its input is passed through."))
        for node in nodes
        if node.mode == "bypassed" and node.id not in needless
    }
    kept, gone = _without_disabled(passed, titles, library)
    plain = tuple(msgspec.structs.replace(node, mode="") for node in kept.nodes)
    return Resolved(
        spec=PipelineSpec(nodes=plain, edges=kept.edges),
        whole=PipelineSpec(nodes=tuple(_plain(node) for node in uncut.nodes), edges=uncut.edges),
        left_out=left_out | gone,
        problems=tuple(problem for problem in problems if problem.where.node not in gone),
    )


def with_values(spec: PipelineSpec, values: Mapping[str, Any]) -> PipelineSpec:
    """The inner steps of pipeline components may refer to parameters of the pipeline around them."""
    parameters = {name: PipelineParameter(type="string") for name in values}
    drawn = PipelineSpec(nodes=spec.nodes, edges=spec.edges, parameters=parameters)
    return PipelineSpec(nodes=tuple(_valued(node, drawn, values, []) for node in spec.nodes), edges=spec.edges)


def _valued(node: Node, spec: PipelineSpec, values: Mapping[str, Any], problems: list[Problem]) -> Node:
    parameters = dict(node.parameters)
    for name, value in node.parameters.items():
        reference = reference_of(value)
        if reference is None:
            continue
        del parameters[name]
        if reference not in spec.parameters:
            problems.append(_no_parameter(node, name, reference, spec))
        elif reference in values:
            given = values[reference]
            if isinstance(given, dict) and node.component == DATASET_COMPONENT:
                parameters |= {"dataset": given["dataset"], "version": given.get("version")}
            else:
                parameters[name] = given
    parameters = {name: value for name, value in parameters.items() if not (name == "version" and value is None)}
    return msgspec.structs.replace(node, parameters=parameters)


def _no_parameter(node: Node, name: str, reference: str, spec: PipelineSpec) -> Problem:
    return Problem(
        code="parameter_unknown",
        message=_("“%(value)s” takes its value from the pipeline parameter “%(name)s”, which is not there.")
        % {"value": name, "name": reference},
        hint=nearest(reference, spec.parameters) or _("Detach it, or add the parameter in the pipeline's settings."),
        where=Where(node=node.id, parameter=name),
    )


def _cut_at_pins(spec: PipelineSpec) -> tuple[PipelineSpec, dict[str, LeftOut]]:
    """A node whose connected outputs are all pinned needs no input; a step that fed only such nodes is not needed."""
    used = {edge.source for edge in spec.edges}
    pinned = pinned_nodes(spec)
    nodes = tuple(node if node.mode == "" else msgspec.structs.replace(node, pins={}) for node in spec.nodes)
    edges = [edge for edge in spec.edges if edge.target not in pinned]
    left: dict[str, LeftOut] = {}
    while True:
        feeding = {edge.source for edge in edges}
        idle = [n for n in used if n not in feeding and n not in pinned and n not in left]
        if not idle:
            break
        for node in idle:
            left[node] = LeftOut(code="not_needed", reason=_("Not needed: what it feeds is pinned."))
        edges = [edge for edge in edges if edge.target not in left]
    kept = tuple(node for node in nodes if node.id not in left)
    return PipelineSpec(nodes=kept, edges=tuple(edges)), left


def _bypassed(spec: PipelineSpec, problems: list[Problem], library: Library) -> PipelineSpec:
    """Without bypassed nodes: each of their outputs comes from what their first fitting input comes from."""
    edges = list(spec.edges)
    for node in in_order(spec):
        if node.mode != "bypassed":
            continue
        into = {edge.target_port: edge for edge in edges if edge.target == node.id}
        out = [edge for edge in edges if edge.source == node.id]
        edges = [edge for edge in edges if node.id not in (edge.source, edge.target)]
        for edge in out:
            feeder = _passed_through(node, edge.source_port, into, library)
            if feeder is None:
                problems.append(_nothing_fits(node, edge))
            else:
                replaced = {"source": feeder.source, "source_port": feeder.source_port}
                edges.append(msgspec.structs.replace(edge, **replaced))
    nodes = tuple(node for node in spec.nodes if node.mode != "bypassed")
    edges.sort(key=lambda edge: (edge.target, edge.target_port, edge.source, edge.source_port))
    return PipelineSpec(nodes=nodes, edges=tuple(edges))


def _passed_through(node: Node, port: str, into: Mapping[str, Edge], library: Library) -> Edge | None:
    definition = _ports(node, library)
    if definition is None:
        return None
    inputs, outputs = definition
    kind = next((out.type for out in outputs if out.name == port), None)
    fitting = (p.name for p in inputs if p.name in into and ("any" in (p.type, kind) or p.type == kind))
    return next((into[name] for name in fitting), None)


def _nothing_fits(node: Node, edge: Edge) -> Problem:
    return Problem(
        code="bypass_impossible",
        message=_("Bypassed, it has no connected input that can be passed through to its output “%(port)s”.")
        % {"port": edge.source_port},
        hint=_("Disable it instead, or connect an input of the same type."),
        where=Where(node=node.id, port=edge.source_port),
    )


def _without_disabled(
    spec: PipelineSpec, titles: Mapping[str, str], library: Library
) -> tuple[PipelineSpec, dict[str, LeftOut]]:
    gone: dict[str, LeftOut] = {
        node.id: LeftOut(code="disabled", reason=_("Disabled in the drawing.")) for node in spec.nodes if node.mode
    }
    required = {node.id: _required(node, library) for node in spec.nodes}
    cause = {node: node for node in gone}
    for node in in_order(spec):
        if node.id in gone:
            continue
        for edge in spec.inputs_of(node.id):
            if edge.source in gone and edge.target_port in required[node.id]:
                cause[node.id] = cause[edge.source]
                gone[node.id] = LeftOut(
                    code="needs_disabled",
                    reason=_("Not run: it needs “%(title)s”, which is disabled.") % {"title": titles[cause[node.id]]},
                    because=cause[node.id],
                )
                break
    nodes = tuple(node for node in spec.nodes if node.id not in gone)
    edges = tuple(edge for edge in spec.edges if edge.source not in gone and edge.target not in gone)
    return PipelineSpec(nodes=nodes, edges=edges), gone


def _required(node: Node, library: Library) -> set[str]:
    definition = _ports(node, library)
    return {port.name for port in definition[0] if not port.optional} if definition else set()


def _ports(node: Node, library: Library) -> tuple[tuple[Port, ...], tuple[Port, ...]] | None:
    try:
        definition = library.component(node.component, node.version)
    except Refusal:
        return None
    return definition.inputs, definition.outputs


def _plain(node: Node) -> Node:
    return msgspec.structs.replace(node, mode="", pins={})
