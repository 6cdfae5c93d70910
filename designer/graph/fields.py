"""A drawing as fields: each thing that two people may change independently has a path of its own.

`nodes/ID` says that the node exists and of which component; `nodes/ID/title`, `nodes/ID/parameters/NAME` lie below it;
`edges/TARGET/PORT` holds where the input's link comes from; `groups/ID/nodes/MEMBER` is true for a member.
The mirror in TypeScript is `frontend/src/graph/fields.ts`; both are tested against the same vectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str, ...]
Raw = dict[str, Any]
"""A document as JSON has it (`msgspec.to_builtins` of `formats.document.Document`)."""

THINGS = ("nodes", "notes", "groups")
"""What has a place in the layout; ids are unique over all three."""
COLLECTIONS = (*THINGS, "layout", "parameters", "defaults")
CORE: dict[str, tuple[str, ...]] = {"nodes": ("component", "version"), "layout": ("x", "y"), "parameters": ("type",)}
"""What a thing cannot be without: it is one field, and says that the thing exists."""
MAPS: dict[str, tuple[str, ...]] = {"nodes": ("parameters", "pins", "demand")}
SETS: dict[str, tuple[str, ...]] = {"groups": ("nodes",)}


class Absent:
    """The value of a field that is not there."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


def fields_of(collection: str, name: str, thing: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """The thing's fields, its existence first."""
    core = CORE.get(collection, ())
    yield (collection, name), {key: thing[key] for key in core}
    for key, value in thing.items():
        if key in core:
            continue
        if key in MAPS.get(collection, ()):
            yield from (((collection, name, key, inner), each) for inner, each in value.items())
        elif key in SETS.get(collection, ()):
            yield from (((collection, name, key, member), True) for member in value)
        else:
            yield (collection, name, key), value


def field_at(document: Raw, path: Path) -> Any:
    """The value of one field, or ABSENT."""
    if path[0] == "edges":
        return _link(document, path)
    collection, name, *rest = path
    thing = document.get(collection, {}).get(name)
    if thing is None:
        return ABSENT
    if not rest:
        return {key: thing[key] for key in CORE.get(collection, ())}
    value = thing.get(rest[0], ABSENT)
    if len(rest) == 1 or value is ABSENT:
        return value
    if rest[0] in SETS.get(collection, ()):
        return True if rest[1] in value else ABSENT
    return value.get(rest[1], ABSENT)


def exists(document: Raw, name: str) -> bool:
    """Is there a node, note or group of this name?"""
    return any(name in document.get(collection, {}) for collection in THINGS)


def _link(document: Raw, path: Path) -> Any:
    for edge in document.get("edges", ()):
        if edge["target"] == path[1] and edge["target_port"] == path[2]:
            return {"source": edge["source"], "source_port": edge["source_port"]}
    return ABSENT
