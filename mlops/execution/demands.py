"""What a step asks of the worker that runs it, or of the cluster, as drawing, job and component say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mlops.compute.models import Pool
from mlops.compute.would_fit import asks_of
from mlops.execution.frozen import frozen
from mlops.execution.library import is_for_cluster, resources_of
from mlops.formats.definition import Definition
from mlops.formats.demand import Demand
from mlops.formats.pipeline import Node
from mlops.pipelines.expand import card_of
from mlops.runs.models import Run, Step

ALL_NODES = ""
"""In `compute` of a run: what holds for nodes that say nothing."""


def asked_of_worker(run: Run, node: Node, definition: Definition | None) -> dict[str, Any]:
    """The step's columns. A compute that is no pool asks for nothing: files name those of other services. Of a step
    whose program the cluster runs, the worker carries files alone: it asks nothing of it."""
    if is_for_cluster(definition):
        return msgspec.structs.asdict(asks_of(Demand(), pool=""))
    asks = asks_of(demand_of(node, definition), pool=_pool_of(run, node))
    return msgspec.structs.asdict(asks)


def demand_of(node: Node, definition: Definition | None) -> Demand:
    """What the step says itself, then its component, then the pipeline for all its steps."""
    return node.demand.filled_by(demand_of_component(definition)).filled_by(node.usually)


def demand_in_cluster(step: Step, definition: Definition | None) -> Demand:
    """Its `labels` are those of nodes: its own, and the ones of its pool."""
    node = frozen(step.run).spec.node(step.node)
    assert node is not None
    asked = demand_of(node, definition)
    pool = Pool.objects.filter(name=_pool_of(step.run, node)).first()
    return msgspec.structs.replace(asked, labels={**(pool.labels if pool else {}), **asked.labels})


def demand_of_component(definition: Definition | None) -> Demand:
    own = resources_of(definition)
    return Demand(cpus=own.cpus, memory_bytes=own.memory_bytes, gpus=own.gpus, labels=own.labels)


def _pool_of(run: Run, node: Node) -> str:
    """The first that is one."""
    named = [one for one in (node.demand.compute, compute_of(run, node.id), node.usually.compute) if one]
    known = set(Pool.objects.filter(name__in=named).values_list("name", flat=True)) if named else set()
    return next((one for one in named if one in known), "")


def compute_of(run: Run, node_id: str) -> str:
    """The name that the job's file gave, of the node, of the card that it is in, or of all; empty: none."""
    job: Mapping[str, Any] = run.snapshot.get("job") or {}
    named: Mapping[str, str] = job.get("compute") or run.snapshot.get("compute") or {}
    return named.get(node_id) or named.get(card_of(node_id)) or named.get(ALL_NODES) or ""
