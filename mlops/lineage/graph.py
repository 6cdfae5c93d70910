"""The graph of who made and used what, from a thing upstream to what it came from and downstream to what uses it.

Names are `datasets/NAME:3`, `runs/12`, `models/NAME:3`, `deployments/ENDPOINT/NAME`, `windows/ID` (collected data that
was saved), `monitors/NAME`, `looks/MONITOR:7` and `attempts/POLICY:2` (retraining)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import msgspec

from mlops.lineage import kinds

Direction = Literal["upstream", "downstream", "both"]
MOST_NODES = 200


class Node(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    kind: str
    title: str
    distance: int
    """Steps from the thing that was asked for; negative upstream."""
    state: str = ""
    at: datetime | None = None
    by: str = ""
    url: str = ""


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """`source` came before `target`, which used or was made from it."""

    source: str
    target: str
    relation: str


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    root: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    is_whole: bool
    """False: there is more than is shown."""


def graph_of(row: Any, *, direction: Direction = "both", depth: int = 6, most: int = MOST_NODES) -> Graph:
    """`row`: a dataset version, run, model version, deployment, saved window, monitor, look or attempt."""
    root = kinds.name_of(row)
    nodes = {root: _node(row, 0)}
    edges: dict[tuple[str, str], Edge] = {}
    is_whole = True
    for step in _steps(direction):
        waiting = deque([(row, 0)])
        seen = {root}
        while waiting:
            here, distance = waiting.popleft()
            if abs(distance) >= depth:
                is_whole = is_whole and not any(True for _ in _neighbours(here, step))
                continue
            for relation, other in _neighbours(here, step):
                name = kinds.name_of(other)
                if name not in nodes and len(nodes) >= most:
                    is_whole = False
                    continue
                pair = (name, kinds.name_of(here)) if step < 0 else (kinds.name_of(here), name)
                edges.setdefault(pair, Edge(source=pair[0], target=pair[1], relation=relation))
                nodes.setdefault(name, _node(other, distance + step))
                if name not in seen:
                    seen.add(name)
                    waiting.append((other, distance + step))
    ordered = sorted(nodes.values(), key=lambda node: (node.distance, node.kind, node.name))
    return Graph(root=root, nodes=tuple(ordered), edges=tuple(edges.values()), is_whole=is_whole)


def _steps(direction: Direction) -> tuple[int, ...]:
    return {"upstream": (-1,), "downstream": (1,), "both": (-1, 1)}[direction]


def _neighbours(row: Any, step: int) -> Iterable[kinds.Link]:
    kind = kinds.kind_of(row)
    return kind.upstream(row) if step < 0 else kind.downstream(row)


def _node(row: Any, distance: int) -> Node:
    kind = kinds.kind_of(row)
    who = getattr(row, "created_by", None)
    return Node(
        name=kind.name(row),
        kind=kind.title,
        title=kind.text(row),
        distance=distance,
        state=str(getattr(row, "state", "") or getattr(row, "stage", "")),
        at=row.created_at,
        by=who.get_username() if who else "",
        url=kind.url(row),
    )
