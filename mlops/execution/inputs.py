"""What flows into a step: the outputs of the steps before it, or what is pinned in their place."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from mlops.blocks.library import Library
from mlops.formats.pipeline import DATASET_COMPONENT, Edge, Node, PipelineSpec
from mlops.formats.refusal import Refusal, Where
from mlops.runs.models import Step


def inputs_of(spec: PipelineSpec, steps: Mapping[str, Step], node_id: str, library: Library) -> dict[str, str]:
    """Port to tree digest. Raises Refusal `input_absent` where a step before has made nothing at its port, and the
    input must be there."""
    found = {}
    optional = optional_inputs(spec, node_id, library)
    for edge in spec.inputs_of(node_id):
        output = output_at(spec, steps, edge, library)
        if output is None and edge.target_port in optional:
            continue
        if output is None:
            source = steps[edge.source].title
            raise Refusal(
                "input_absent",
                _("“%(source)s” made nothing at its output “%(port)s”.") % {"source": source, "port": edge.source_port},
                hint=_("Connect another output, or change what that step does."),
                where=Where(node=node_id, port=edge.target_port),
            )
        found[edge.target_port] = output["tree"]
    return found


def optional_inputs(spec: PipelineSpec, node_id: str, library: Library) -> set[str]:
    node = spec.node(node_id)
    if node is None or node.component == DATASET_COMPONENT:
        return set()
    return {port.name for port in library.component(node.component, node.version).inputs if port.optional}


def output_at(spec: PipelineSpec, steps: Mapping[str, Step], edge: Edge, library: Library) -> dict[str, str] | None:
    """{"type", "tree"} of what flows along the edge: a pin comes before what the step made."""
    made: dict[str, str] | None = steps[edge.source].outputs.get(edge.source_port)
    source = spec.node(edge.source)
    pin = source.pins.get(edge.source_port) if source else None
    if source is None or pin is None:
        return made
    return {"type": output_type(library, source, edge.source_port), "tree": pin.tree}


def output_type(library: Library, node: Node, port: str) -> str:
    outputs = library.component(node.component, node.version).outputs
    return next((out.type for out in outputs if out.name == port), "any")
