"""Runs of the past for tests, as rows: what they executed and what they measured."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from django.utils import timezone

from mlops.access.models import Project
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.runs.models import Experiment, Metric, Run, Step

DATA = Node(id="data", component="dataset", version="1", parameters={"dataset": "Cars", "version": 3})
SPLIT = Node(id="split", component="split_data", version="1", parameters={"random_seed": 0, "stratified_split": False})
INTO_SPLIT = Edge(source="data", source_port="dataset", target="split", target_port="dataset")


def past_run(
    actor: Any,
    project: Project,
    nodes: Iterable[Node] = (DATA, SPLIT),
    *,
    edges: Iterable[Edge] = (INTO_SPLIT,),
    state: str = "completed",
    metrics: Iterable[tuple[str, str, float | None]] = (),
) -> Run:
    """A run with one step a node; `metrics`: node, key and value in the order in which they were told."""
    spec, now = PipelineSpec(nodes=tuple(nodes), edges=tuple(edges)), timezone.now()
    experiment, _ = Experiment.objects.get_or_create(project=project, name="cars")
    run = Run.objects.create(
        project=project,
        experiment=experiment,
        number=Run.objects.filter(project=project).count() + 1,
        display_name="cars",
        spec=msgspec.to_builtins(spec),
        spec_digest=spec.digest(),
        state=state,
        state_since=now,
        created_by=actor,
    )
    for node in spec.nodes:
        Step.objects.create(
            run=run, node=node.id, title=node.id, component=node.component, version="1", state="queued", state_since=now
        )
    for node_id, key, value in metrics:
        Metric.objects.create(run=run, node=node_id, key=key, value=value, at=now)
    return run
