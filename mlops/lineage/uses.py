"""Who uses a thing: what the graph knows, with what packages tell of documents that only name it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from mlops.components import usage as of_components
from mlops.components.models import ComponentVersion
from mlops.datasets import usage as of_datasets
from mlops.datasets.models import DatasetVersion
from mlops.datastores import usage as of_datastores
from mlops.datastores.models import Datastore
from mlops.environments import usage as of_environments
from mlops.environments.models import EnvironmentVersion
from mlops.lineage.graph import Bounds, Graph, Node, graph_of
from mlops.registry import usage as of_models
from mlops.registry.models import ModelVersion
from mlops.runs import usage as of_runs
from mlops.runs.models import Run

MOST = 48
FAN = 24


@dataclass(frozen=True)
class Uses:
    direct: tuple[Node, ...]
    """By kind, then by name."""
    further: tuple[Node, ...]
    """What came of those: a change reaches it."""
    told: tuple[tuple[str, str], ...]
    """Words and page of what names it without a node in the graph, such as a drawing."""
    counts: tuple[tuple[str, int], ...]
    """Of both, by kind."""
    is_whole: bool


def uses_of(row: Any, *, projects: Collection[Any] | None = None, depth: int = 6) -> Uses:
    graph = graph_of(row, direction="downstream", bounds=Bounds(depth=depth, most=MOST, fan=FAN, projects=projects))
    direct, further = _at(graph, 1), _at(graph, 2)
    known = {node.url for node in graph.nodes}
    told = tuple(dict.fromkeys(one for one in _told(row) if not one[1] or one[1] not in known))
    counts: dict[str, int] = {}
    for node in (*direct, *further):
        counts[node.kind] = counts.get(node.kind, 0) + 1
    return Uses(direct, further, told, tuple(sorted(counts.items())), graph.is_whole)


def _at(graph: Graph, distance: int) -> tuple[Node, ...]:
    """One step away, or from two on."""
    return tuple(node for node in graph.nodes if node.distance == distance or (distance > 1 and node.distance > 1))


def _told(row: Any) -> list[tuple[str, str]]:
    if isinstance(row, DatasetVersion):
        return [(f"{use.kind} {use.name}", use.url) for use in of_datasets.uses_of(row)]
    if isinstance(row, ComponentVersion):
        return [(f"{use.kind} {use.name}", use.url) for use in of_components.uses_of(row.component)]
    if isinstance(row, EnvironmentVersion):
        return [(f"{use.kind} {use.name}", use.url) for use in of_environments.uses_of(row)]
    if isinstance(row, Datastore):
        return [(use.title, use.url) for use in of_datastores.users_of(row)]
    if isinstance(row, ModelVersion):
        return [(use.title, use.url) for use in of_models.users_of(row)]
    if isinstance(row, Run):
        return [(use.title, use.url) for use in of_runs.users_of(row)]
    return []
