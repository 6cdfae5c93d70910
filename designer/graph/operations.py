"""Changes of a drawing, field by field: applying them, and finding them between two drawings. Pure.

The later of two writes of a field stands. A write below something that is gone does nothing; removing a thing removes
what hangs on it; an input has one link. Within one list of changes the order does not matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import UNSET

from designer.graph.fields import ABSENT, COLLECTIONS, SETS, THINGS, Path, Raw, exists, fields_of


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One field; a value that is not given means that the field is not there."""

    path: Path
    before: Any = UNSET
    after: Any = UNSET


def change(path: Path, before: Any, after: Any) -> Change:
    return Change(path=path, before=UNSET if before is ABSENT else before, after=UNSET if after is ABSENT else after)


def apply(document: Raw, changes: Iterable[Change]) -> Raw:
    """A new document; parts that did not change are shared with the old one."""
    draft = _Copy(document)
    created, inside, removed = _phases(changes)
    for each in created:
        draft.put_thing(each.path, each.after)
    links: dict[tuple[str, str], Any] = {}
    for each in inside:
        if each.path[0] == "edges":
            links[each.path[1], each.path[2]] = each.after
        elif len(each.path) == 2:
            draft.put_place(each.path, each.after)
        else:
            draft.put_field(each.path, each.after)
    if links:
        draft.put_links(links)
    draft.remove({each.path for each in removed})
    return draft.document


def difference(before: Raw, after: Raw) -> tuple[Change, ...]:
    """What leads from one to the other; `apply(before, difference(before, after))` equals `after`."""
    return (*_things_between(before, after), *_links_between(before, after))


def _phases(changes: Iterable[Change]) -> tuple[list[Change], list[Change], list[Change]]:
    created: list[Change] = []
    inside: list[Change] = []
    removed: list[Change] = []
    for each in changes:
        is_thing = len(each.path) == 2 and each.path[0] not in ("edges", "layout")
        (inside if not is_thing else removed if each.after is UNSET else created).append(each)
    inside.sort(key=lambda each: (each.path[0] == "layout", len(each.path)))
    return created, inside, removed


class _Copy:
    """Copies a collection, and in it a thing, when it is first written."""

    def __init__(self, document: Raw) -> None:
        self.document: Raw = dict(document)
        self._own: set[Path] = set()

    def put_thing(self, path: Path, core: Any) -> None:
        self._things(path[0])[path[1]] = {**self._thing(path), **core}
        self._own.add(path[:2])

    def put_place(self, path: Path, core: Any) -> None:
        if core is UNSET:
            if path[1] in self.document.get("layout", {}):
                del self._things("layout")[path[1]]
        elif exists(self.document, path[1]):
            self.put_thing(path, core)

    def put_field(self, path: Path, value: Any) -> None:
        collection, name, key, *inner = path
        if name not in self.document.get(collection, {}):
            return
        thing = self._thing(path)
        if not inner:
            kept = value
        elif key in SETS.get(collection, ()):
            others = [member for member in thing.get(key, ()) if member != inner[0]]
            is_member = value is not UNSET and inner[0] in self.document.get("nodes", {})
            kept = ([*thing[key]] if inner[0] in thing.get(key, ()) else [*others, inner[0]]) if is_member else others
        else:
            kept = {name: each for name, each in thing.get(key, {}).items() if name != inner[0] or value is not UNSET}
            if value is not UNSET:
                kept[inner[0]] = value
        if kept is UNSET or (inner and not kept):
            thing.pop(key, None)
        else:
            thing[key] = kept

    def put_links(self, links: dict[tuple[str, str], Any]) -> None:
        nodes = self.document.get("nodes", {})
        edges = [e for e in self.document.get("edges", ()) if (e["target"], e["target_port"]) not in links]
        for (target, port), value in links.items():
            if value is not UNSET and target in nodes and value["source"] in nodes:
                edges.append({**value, "target": target, "target_port": port})
        self.document["edges"] = edges

    def remove(self, paths: set[Path]) -> None:
        gone = {path[1] for path in paths if path[0] in THINGS and path[1] in self.document.get(path[0], {})}
        for collection, name, *_ in paths:
            if name in self.document.get(collection, {}):
                del self._things(collection)[name]
        if not gone:
            return
        if any(name in self.document.get("layout", {}) for name in gone):
            layout = self._things("layout")
            for name in gone:
                layout.pop(name, None)
        if any(edge["source"] in gone or edge["target"] in gone for edge in self.document.get("edges", ())):
            self.document["edges"] = [
                e for e in self.document["edges"] if e["source"] not in gone and e["target"] not in gone
            ]
        for name, group in tuple(self.document.get("groups", {}).items()):
            for member in gone.intersection(group.get("nodes", ())):
                self.put_field(("groups", name, "nodes", member), UNSET)

    def _things(self, collection: str) -> dict[str, Any]:
        if (collection,) not in self._own:
            self._own.add((collection,))
            self.document[collection] = dict(self.document.get(collection, {}))
        return self.document[collection]

    def _thing(self, path: Path) -> dict[str, Any]:
        """The thing's own copy, put into its place; empty where there is none yet."""
        things = self._things(path[0])
        if path[:2] not in self._own:
            self._own.add(path[:2])
            things[path[1]] = dict(things.get(path[1], {}))
        return things[path[1]]


def _things_between(before: Raw, after: Raw) -> Iterator[Change]:
    for collection in COLLECTIONS:
        old, new = before.get(collection, {}), after.get(collection, {})
        if old is new:
            continue
        for name in (*old, *(name for name in new if name not in old)):
            a, b = old.get(name), new.get(name)
            if a is not b and a != b:
                was = dict(fields_of(collection, name, a)) if a is not None else {}
                now = dict(fields_of(collection, name, b)) if b is not None else {}
                yield from _between(was, now)


def _links_between(before: Raw, after: Raw) -> Iterator[Change]:
    if before.get("edges") is not after.get("edges"):
        yield from _between(_links(before), _links(after))


def _between(was: dict[Path, Any], now: dict[Path, Any]) -> Iterator[Change]:
    for path in (*was, *(path for path in now if path not in was)):
        a, b = was.get(path, ABSENT), now.get(path, ABSENT)
        if a is ABSENT or b is ABSENT or a != b or isinstance(a, bool) != isinstance(b, bool):
            yield change(path, a, b)


def _links(document: Raw) -> dict[Path, Any]:
    return {
        ("edges", edge["target"], edge["target_port"]): {"source": edge["source"], "source_port": edge["source_port"]}
        for edge in document.get("edges", ())
    }
