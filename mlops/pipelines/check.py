"""Walks a graph before anything runs: the shape at every port, and everything that stands in the way of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from django.utils.translation import gettext as _

from mlops.blocks.library import BUILT_IN, Library
from mlops.formats.component import Component, Port, Problem, Shape
from mlops.formats.inference import SAVED_COMPONENTS
from mlops.formats.pipeline import DATASET_COMPONENT, Edge, Node, PipelineSpec, is_kept_tree
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.pipelines.expand import expand, fold_problems, fold_shapes
from mlops.pipelines.order import circle, in_order
from mlops.pipelines.parameters import reference_of

DatasetShape = Callable[[str, int | None], Shape]
"""The shape of a dataset version by name and number (None: the newest). Raises Refusal where there is none."""

SavedShape = Callable[[Node], Shape]
"""The shape of what a saved model or transformation names. Raises Refusal where there is none."""

Shapes = dict[str, dict[str, Shape]]


def check(
    spec: PipelineSpec,
    dataset_shape: DatasetShape,
    saved_shape: SavedShape | None = None,
    library: Library = BUILT_IN,
) -> tuple[Shapes, tuple[Problem, ...]]:
    """Shapes by node and output port, and all problems. Works on graphs that are not finished.

    Pipeline components are looked into; what is found there is told at their cards, besides at their inner steps."""
    shapes, problems = _check(expand(spec, library), dataset_shape, saved_shape, library)
    return fold_shapes(spec, shapes, library), fold_problems(spec, problems, library)


def _check(
    spec: PipelineSpec, dataset_shape: DatasetShape, saved_shape: SavedShape | None, library: Library
) -> tuple[Shapes, tuple[Problem, ...]]:
    problems: list[Problem] = []
    known = {node.id: _definition(node, library, problems) for node in spec.nodes}
    edges = _sound_edges(spec, known, problems)
    ring = circle(spec)
    if ring:
        problems.append(_circle_problem(spec, ring, library))
    if not spec.nodes:
        problems.append(
            Problem(
                code="pipeline_empty",
                message=_("The pipeline has no steps."),
                hint=_("Drag a dataset and components from the palette."),
            )
        )
    into: dict[str, list[Edge]] = {}
    for edge in edges:
        into.setdefault(edge.target, []).append(edge)
    shapes: Shapes = {}
    for node in in_order(spec):
        definition = known[node.id]
        if definition is None:
            continue
        if is_kept_tree(node):
            shapes[node.id] = {"dataset": Shape(type="any")}
            continue
        found = _inputs(into.get(node.id, []), shapes) | _dataset(node, dataset_shape, problems)
        if saved_shape is not None and node.component in SAVED_COMPONENTS:
            found |= _saved(node, saved_shape, problems)
        derived = library.derive(node.component, node.version, node.parameters, found)
        shapes[node.id] = derived.outputs
        problems += [_at(node, problem) for problem in derived.problems]
    return shapes, tuple(problems)


def _definition(node: Node, library: Library, problems: list[Problem]) -> Component | None:
    try:
        return library.component(node.component, node.version)
    except Refusal as refusal:
        problems.append(_as_problem(refusal, node))
        return None


def _inputs(edges: list[Edge], shapes: Shapes) -> dict[str, Shape]:
    """What arrives; unknown (type `any`) where the source could not be derived."""
    return {edge.target_port: shapes.get(edge.source, {}).get(edge.source_port, Shape(type="any")) for edge in edges}


def _dataset(node: Node, dataset_shape: DatasetShape, problems: list[Problem]) -> dict[str, Shape]:
    name = node.parameters.get("dataset")
    if node.component != DATASET_COMPONENT or not isinstance(name, str) or not name:
        return {}
    number = node.parameters.get("version")
    try:
        return {"dataset": dataset_shape(name, number if isinstance(number, int) else None)}
    except Refusal as refusal:
        problems.append(_as_problem(refusal, node, parameter="dataset"))
        return {}


def _saved(node: Node, saved_shape: SavedShape, problems: list[Problem]) -> dict[str, Shape]:
    if not all(node.parameters.get(name) for name in ("run", "node", "port")):
        return {}
    try:
        return {BUILT_IN.component(node.component).outputs[0].name: saved_shape(node)}
    except Refusal as refusal:
        problems.append(_as_problem(refusal, node))
        return {}


def _sound_edges(
    spec: PipelineSpec, known: Mapping[str, Component | None], problems: list[Problem]
) -> tuple[Edge, ...]:
    """The edges whose ends exist and fit; of several into one input, the first."""
    sound: dict[tuple[str, str], Edge] = {}
    for edge in spec.edges:
        problem = _edge_problem(edge, known)
        if problem is None and (edge.target, edge.target_port) in sound:
            problem = Problem(
                code="input_taken",
                message=_("The input “%(target_port)s” has two connections.") % {"target_port": edge.target_port},
                hint=_("Remove one of them."),
                where=Where(node=edge.target, port=edge.target_port),
            )
        if problem is not None:
            problems.append(problem)
        else:
            sound[edge.target, edge.target_port] = edge
    return tuple(sound.values())


def _edge_problem(edge: Edge, known: Mapping[str, Component | None]) -> Problem | None:
    for end in (edge.source, edge.target):
        if end not in known:
            return Problem(
                code="node_unknown",
                message=_("A connection names the step “%(end)s”, which is not in the pipeline.") % {"end": end},
                hint=_("Remove the connection."),
            )
    source, target = known[edge.source], known[edge.target]
    if source is None or target is None:
        return None
    out, into = _port(source.outputs, edge.source_port), _port(target.inputs, edge.target_port)
    if out is None:
        return _port_problem(source, source.outputs, edge.source, edge.source_port, "output")
    if into is None:
        return _port_problem(target, target.inputs, edge.target, edge.target_port, "input")
    if "any" not in (out.type, into.type) and out.type != into.type:
        return Problem(
            code="types_differ",
            message=_("“%(label)s” of %(title)s takes %(words)s, but gets %(words_2)s.")
            % {"label": into.label, "title": target.title, "words": _words(into.type), "words_2": _words(out.type)},
            hint=_("Connect an output of the type %(words)s.") % {"words": _words(into.type)},
            where=Where(node=edge.target, port=edge.target_port),
        )
    return None


def _port_problem(owner: Component, ports: tuple[Port, ...], node: str, name: str, side: str) -> Problem:
    return Problem(
        code="port_unknown",
        message=_("%(title)s has no %(side)s “%(name)s”.") % {"title": owner.title, "side": side, "name": name},
        hint=nearest(name, [port.name for port in ports]),
        where=Where(node=node, port=name),
    )


def _circle_problem(spec: PipelineSpec, ring: tuple[str, ...], library: Library) -> Problem:
    names = " → ".join(title_of(spec, node, library) for node in (*ring, ring[0]))
    return Problem(
        code="circle",
        message=_("These steps wait for each other in a circle: %(names)s.") % {"names": names},
        hint=_("Remove one of the connections between them."),
        where=Where(node=ring[0]),
    )


def title_of(spec: PipelineSpec, node_id: str, library: Library = BUILT_IN) -> str:
    node = spec.node(node_id)
    if node is None:
        return node_id
    if node.title:
        return node.title
    if is_kept_tree(node):
        return str(node.parameters.get("uri") or node_id)
    if node.component == DATASET_COMPONENT and node.parameters.get("dataset"):
        return reference_of(node.parameters["dataset"]) or str(node.parameters["dataset"])
    try:
        return library.component(node.component, node.version).title
    except Refusal:
        return node.component


def _port(ports: tuple[Port, ...], name: str) -> Port | None:
    return next((port for port in ports if port.name == name), None)


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _as_problem(refusal: Refusal, node: Node, *, parameter: str | None = None) -> Problem:
    where = msgspec.structs.replace(refusal.where, node=node.id, parameter=parameter or refusal.where.parameter)
    return Problem(code=refusal.code, message=refusal.message, hint=refusal.hint, where=where)


def _at(node: Node, problem: Problem) -> Problem:
    return msgspec.structs.replace(problem, where=msgspec.structs.replace(problem.where, node=node.id))
