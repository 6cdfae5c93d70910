"""An operation made explicit against the drawing that it meets: what else goes, where things lie, what was there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import UNSET

from designer.graph.fields import ABSENT, COLLECTIONS, THINGS, Path, Raw, field_at, fields_of
from designer.graph.operations import Change, apply, change

NO_PLACE = Change(path=())


def normal(document: Raw, changes: Iterable[Change]) -> tuple[Change, ...]:
    """The same changes with all that removing takes along, a place for what has none, and the true `before`."""
    given = {each.path: each for each in changes}
    gone = {
        path[1]
        for path, each in given.items()
        if len(path) == 2 and path[0] in THINGS and each.after is UNSET and path[1] in document.get(path[0], {})
    }
    for path in _taken_along(document, gone, given):
        given.setdefault(path, Change(path=path))
    for name in _without_place(document, given):
        given["layout", name] = Change(path=("layout", name), after=_free_place(document, len(given)))
    links = _links(document, {path[1:] for path in given if path[0] == "edges"})
    return tuple(
        change(path, links.get(path, ABSENT) if path[0] == "edges" else field_at(document, path), _after(each))
        for path, each in given.items()
    )


def applied(document: Raw, changes: Iterable[Change]) -> tuple[Raw, tuple[Change, ...]]:
    """The new document, and the changes in their normal form."""
    explicit = normal(document, changes)
    return apply(document, explicit), explicit


def _taken_along(document: Raw, gone: set[str], given: dict[Path, Change]) -> Iterator[Path]:
    for collection, name in [path for path, each in given.items() if len(path) == 2 and each.after is UNSET]:
        if collection in COLLECTIONS and name in document.get(collection, {}):
            yield from (path for path, _value in fields_of(collection, name, document[collection][name]))
    if not gone:
        return
    for name in gone:
        if name in document.get("layout", {}):
            yield from (path for path, _value in fields_of("layout", name, document["layout"][name]))
    for edge in document.get("edges", ()):
        if edge["source"] in gone or edge["target"] in gone:
            yield ("edges", edge["target"], edge["target_port"])
    for group, value in document.get("groups", {}).items():
        yield from (("groups", group, "nodes", member) for member in value.get("nodes", ()) if member in gone)


def _without_place(document: Raw, given: dict[Path, Change]) -> list[str]:
    """The new things that nobody placed, or whose place the same changes take. A parameter of the pipeline is not
    drawn."""
    return [
        path[1]
        for path, each in given.items()
        if len(path) == 2
        and path[0] in THINGS
        and each.after is not UNSET
        and given.get(("layout", path[1]), NO_PLACE).after is UNSET
        and path[1] not in document.get("layout", {})
    ]


def _free_place(document: Raw, number: int) -> dict[str, float]:
    lowest = max((place["y"] for place in document.get("layout", {}).values()), default=-100)
    return {"x": 40 + 280 * (number % 4), "y": lowest + 140}


def _links(document: Raw, inputs: set[Path]) -> dict[Path, Any]:
    """The links into these inputs; one walk over all edges, and none where no input was touched."""
    if not inputs:
        return {}
    return {
        ("edges", edge["target"], edge["target_port"]): {"source": edge["source"], "source_port": edge["source_port"]}
        for edge in document.get("edges", ())
        if (edge["target"], edge["target_port"]) in inputs
    }


def _after(each: Change) -> Any:
    return ABSENT if each.after is msgspec.UNSET else each.after
