"""What a step asks of the worker that runs it: the resources of its component or job, and the `compute` of its job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops.compute.models import Pool
from mlops.execution.library import resources_of
from mlops.formats.definition import Definition
from mlops.formats.demand import written_place
from mlops.pipelines.expand import card_of
from mlops.runs.models import Run

ALL_NODES = ""
"""In `compute` of a run: what holds for nodes that say nothing."""


def asked_of_worker(run: Run, node_id: str, definition: Definition | None) -> dict[str, Any]:
    """The step's columns. A compute that is no pool asks for nothing: files name those of other services."""
    wanted = resources_of(definition)
    pool = compute_of(run, node_id)
    if pool and not Pool.objects.filter(name=pool).exists():
        pool = ""
    return {
        "asks_cpus": wanted.cpus,
        "asks_memory_bytes": wanted.memory_bytes,
        "asks_gpus": wanted.gpus,
        "asks_place": written_place(pool, wanted.labels)[:300],
    }


def compute_of(run: Run, node_id: str) -> str:
    """The name that the job's file gave, of the node, of the card that it is in, or of all; empty: none."""
    job: Mapping[str, Any] = run.snapshot.get("job") or {}
    named: Mapping[str, str] = job.get("compute") or run.snapshot.get("compute") or {}
    return named.get(node_id) or named.get(card_of(node_id)) or named.get(ALL_NODES) or ""
