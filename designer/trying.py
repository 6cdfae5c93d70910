"""Tries a component before it is saved: a run of its own, of nothing but the component and its datasets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.components.queries import WithUnsaved
from mlops.components.registering import drawn_definition
from mlops.formats.component import Component
from mlops.formats.pipeline import DATASET_COMPONENT, Edge, Node, PipelineSpec
from mlops.pipelines.actions import submit
from mlops.runs.models import Run

EXPERIMENT = "Component tests"
NODE = "component"


def try_component(
    actor: Any,
    project: Project,
    *,
    component: Component,
    script: str,
    requirements: str = "",
    inputs: Mapping[str, str],
    parameters: Mapping[str, Any],
) -> Run:
    """`inputs`: port to the name of a dataset. Raises PipelineInvalid and what a drawn component is refused for."""
    require(actor, "pipelines.design", project)
    named = msgspec.structs.replace(component, name=component.name or "unnamed", version="test")
    definition = drawn_definition(named, script=script, requirements=requirements)
    nodes = [Node(id=NODE, component=named.name, version="test", parameters=dict(parameters))]
    edges = []
    for port, dataset in sorted(inputs.items()):
        nodes.append(Node(id=f"data-{port}", component=DATASET_COMPONENT, version="1", parameters={"dataset": dataset}))
        edges.append(Edge(source=f"data-{port}", source_port="dataset", target=NODE, target_port=port))
    return submit(
        actor,
        project,
        spec=PipelineSpec(nodes=tuple(sorted(nodes, key=lambda node: node.id)), edges=tuple(edges)),
        experiment=EXPERIMENT,
        display_name=_("Test of %(title)s") % {"title": named.title},
        library=WithUnsaved(project, definition),
    )
