"""What changed between two drawings, told as the person would tell it."""

from __future__ import annotations

import msgspec

from mlops.formats.document import Document
from mlops.formats.pipeline import Edge


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Node ids by kind of change; `changed` maps a node to the names of its parameters that differ."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: dict[str, tuple[str, ...]]
    edges_added: tuple[Edge, ...]
    edges_removed: tuple[Edge, ...]
    moved: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed or self.edges_added or self.edges_removed or self.moved)


def difference(before: Document, after: Document) -> Difference:
    both = [node_id for node_id in before.nodes if node_id in after.nodes]
    changed = {node_id: _changes(before, after, node_id) for node_id in both}
    return Difference(
        added=tuple(n for n in after.nodes if n not in before.nodes),
        removed=tuple(n for n in before.nodes if n not in after.nodes),
        changed={node_id: names for node_id, names in changed.items() if names},
        edges_added=tuple(e for e in after.edges if e not in before.edges),
        edges_removed=tuple(e for e in before.edges if e not in after.edges),
        moved=tuple(n for n in both if before.layout.get(n) != after.layout.get(n)),
    )


def _changes(before: Document, after: Document, node_id: str) -> tuple[str, ...]:
    old, new = before.nodes[node_id], after.nodes[node_id]
    names = [
        name
        for name in sorted(old.parameters.keys() | new.parameters.keys())
        if old.parameters.get(name) != new.parameters.get(name)
    ]
    for field in ("component", "version", "title", "comment"):
        if getattr(old, field) != getattr(new, field):
            names.append(field)
    return tuple(names)
