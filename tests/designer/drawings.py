"""Random drawings and random changes of them, as hypothesis strategies."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NODES, NOTES, GROUPS, PORTS, NAMES = ("a", "b", "c"), ("n",), ("g",), ("in", "in2"), ("p", "q")
VALUES = st.one_of(st.integers(0, 3), st.text("xy", max_size=2), st.booleans())


def change(path: tuple[str, ...], after: Any = None) -> dict[str, Any]:
    return {"path": list(path)} if after is None else {"path": list(path), "after": after}


def _maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


NODE = st.sampled_from(NODES)
CORE = st.sampled_from([{"component": "one", "version": "1"}, {"component": "two", "version": "1"}])
PLACE = st.builds(lambda x, y: {"x": x, "y": y}, st.integers(0, 5), st.integers(0, 5))
LINK = st.builds(lambda source: {"source": source, "source_port": "out"}, NODE)

CHANGE = st.one_of(
    st.builds(lambda n, v: change(("nodes", n), v), NODE, _maybe(CORE)),
    st.builds(lambda n, p, v: change(("nodes", n, "parameters", p), v), NODE, st.sampled_from(NAMES), _maybe(VALUES)),
    st.builds(lambda n, v: change(("nodes", n, "title"), v), NODE, _maybe(st.sampled_from(["T", "U"]))),
    st.builds(lambda n, v: change(("layout", n), v), st.sampled_from(NODES + NOTES + GROUPS), _maybe(PLACE)),
    st.builds(lambda n, p, v: change(("edges", n, p), v), NODE, st.sampled_from(PORTS), _maybe(LINK)),
    st.builds(lambda v: change(("notes", "n"), v), _maybe(st.just({}))),
    st.builds(lambda v: change(("notes", "n", "text"), v), _maybe(st.sampled_from(["hello", "bye"]))),
    st.builds(lambda v: change(("groups", "g"), v), _maybe(st.just({}))),
    st.builds(lambda n, v: change(("groups", "g", "nodes", n), v), NODE, _maybe(st.just(True))),
    st.builds(lambda v: change(("parameters", "size"), v), _maybe(st.just({"type": "integer"}))),
    st.builds(lambda v: change(("parameters", "size", "default"), v), _maybe(st.integers(0, 3))),
)
CHANGES = st.lists(CHANGE, min_size=1, max_size=4, unique_by=lambda each: tuple(each["path"]))


def canonical(document: dict[str, Any]) -> dict[str, Any]:
    """Without the order of links and members, and without what is empty."""
    plain = {name: {} for name in ("nodes", "layout", "notes", "groups", "parameters")} | document
    plain["edges"] = sorted((e["target"], e["target_port"], e["source"], e["source_port"]) for e in document["edges"])
    plain["groups"] = {
        name: {**group, "nodes": sorted(group.get("nodes", ()))} for name, group in plain["groups"].items()
    }
    return plain
