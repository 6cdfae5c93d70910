"""The graph of who made and used what, from a thing upstream to what it came from and downstream to what uses it.

Names are those of the kinds, such as `datasets/NAME:3`, `runs/12`, `models/NAME:3`, `deployments/ENDPOINT/NAME`,
`commits/SHA`, `environments/NAME:1` and `attempts/POLICY:2`. It is read piece by piece: a node says where to go on."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from mlops.lineage import kinds

Direction = Literal["upstream", "downstream", "both"]
MOST_NODES = 200
USUAL_FAN = 25
"""Neighbours of one node to one side that are given at once."""


class Node(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    kind: str
    title: str
    distance: int
    """Steps from the thing that was asked for; negative upstream."""
    state: str = ""
    state_label: str = ""
    """The state in the reader's language."""
    at: datetime | None = None
    by: str = ""
    url: str = ""
    facts: dict[str, str] = {}
    more_up: int | None = None
    """How many of its upstream neighbours are given, where there are more or nobody looked; None: all are here."""
    more_down: int | None = None


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


@dataclass(frozen=True)
class Bounds:
    """`projects`: what may be seen; None: everything. `only`: titles of kinds; empty: all but those of details."""

    depth: int = 6
    most: int = MOST_NODES
    fan: int = USUAL_FAN
    after: int = 0
    """Of the root's neighbours, those that were given before."""
    only: Collection[str] = ()
    projects: Collection[Any] | None = None
    offered: Collection[Any] = ()
    """Ids of things of other projects that are offered to those: they are shown, and nothing behind them."""

    def shows(self, row: Any) -> bool:
        kind = kinds.kind_of(row)
        if self.projects is not None and kind.project_id(row) not in self.projects and not self._is_offered(row):
            return False
        return not self._leaves_out(kind)

    def leave_out(self, model: type[Any]) -> bool:
        """Whether rows of that table are of a kind that is not shown: they are not asked for then, and do not count."""
        return self._leaves_out(kinds.kind_for(model))

    def _leaves_out(self, kind: kinds.Kind) -> bool:
        return kind.title not in self.only if self.only else kind.is_detail

    def _is_offered(self, row: Any) -> bool:
        """A version is offered with its model, dataset, component or environment."""
        of = (getattr(row, name, None) for name in ("model_id", "dataset_id", "component_id", "asset_id"))
        return any(one is not None and one in self.offered for one in of)


def graph_of(
    row: Any, *, direction: Direction = "both", depth: int = 6, most: int = MOST_NODES, bounds: Bounds | None = None
) -> Graph:
    """`row`: of any kind. Neighbours are read at `bounds.most` nodes at most, the nearest first."""
    bounds = bounds or Bounds(depth=depth, most=most)
    root = kinds.name_of(row)
    rows = {root: (row, 0)}
    edges: dict[tuple[str, str], Edge] = {}
    more: dict[tuple[str, int], int | None] = {}
    for step in _steps(direction):
        most = bounds.most // 2 if direction == "both" and step < 0 else bounds.most
        waiting, seen = deque([(row, 0)]), {root}
        while waiting:
            here, distance = waiting.popleft()
            name = kinds.name_of(here)
            if abs(distance) >= bounds.depth or len(rows) >= most:
                more[name, step] = 0
                continue
            after = bounds.after if distance == 0 else 0
            found, rest = neighbours(here, step, bounds, after=after)
            more[name, step] = rest
            for relation, other in found:
                other_name = kinds.name_of(other)
                if other_name not in rows and len(rows) >= most:
                    more[name, step] = after
                    break
                pair = (other_name, name) if step < 0 else (name, other_name)
                edges.setdefault(pair, Edge(source=pair[0], target=pair[1], relation=relation))
                rows.setdefault(other_name, (other, distance + step))
                if other_name not in seen:
                    seen.add(other_name)
                    waiting.append((other, distance + step))
    nodes = [_node(one, away, more.get((name, -1), 0), more.get((name, 1), 0)) for name, (one, away) in rows.items()]
    ordered = sorted(nodes, key=lambda node: (node.distance, node.kind, node.name))
    is_whole = all(rest is None for rest in more.values())
    return Graph(root=root, nodes=tuple(ordered), edges=tuple(edges.values()), is_whole=is_whole)


def neighbours(row: Any, step: int, bounds: Bounds, *, after: int = 0) -> tuple[list[tuple[str, Any]], int | None]:
    """To one side, of each relation in turn, from `after` on; and where to go on, None where that was all."""
    kind = kinds.kind_of(row)
    fans = kind.upstream(row) if step < 0 else kind.downstream(row)
    found: list[tuple[str, Any]] = []
    passed = 0
    rows: Any
    for relation, rows in fans:
        if isinstance(rows, list):
            rows = [one for one in rows if bounds.shows(one)]
        elif bounds.leave_out(rows.model):
            continue
        skip = max(after - passed, 0)
        if skip and (size := _size(rows)) <= skip:
            passed += size
            continue
        wanted = bounds.fan - len(found)
        part = list(rows[skip : skip + wanted + 1])
        found += [(relation, one) for one in part[:wanted] if bounds.shows(one)]
        passed += skip + min(len(part), wanted)
        if len(part) > wanted:
            return found, passed
    return found, None


def node_of(row: Any) -> Node:
    return _node(row, 0, 0, 0)


def _steps(direction: Direction) -> tuple[int, ...]:
    return {"upstream": (-1,), "downstream": (1,), "both": (-1, 1)}[direction]


def _size(rows: Any) -> int:
    return len(rows) if isinstance(rows, list) else int(rows.count())


def _node(row: Any, distance: int, more_up: int | None, more_down: int | None) -> Node:
    kind = kinds.kind_of(row)
    return Node(
        name=kind.name(row),
        kind=kind.title,
        title=kind.text(row),
        distance=distance,
        state=kind.state(row),
        state_label=kind.state_label(row),
        at=kind.at(row),
        by=kind.by(row),
        url=kind.url(row),
        facts={words: str(value)[:300] for words, value in kind.facts(row).items() if value},
        more_up=more_up,
        more_down=more_down,
    )
