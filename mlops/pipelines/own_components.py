"""The components that a job brought along and that are none of its project: its run's page draws them."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.blocks.library import Library
from mlops.formats.definition import Command, Definition, End, Function, Graph, Parallel, Sweep
from mlops.pipelines.expand import innermost
from mlops.runs.models import Run

KINDS = ((Sweep, "sweep"), (Parallel, "parallel"), (Graph, "graph"), (Function, "function"), (Command, "command"))


def own_definitions(run: Run) -> dict[str, Definition]:
    """By `name@version`; those that others use come before these."""
    return msgspec.convert(run.snapshot.get("job", {}).get("drawn", {}), type=dict[str, Definition])


def kind_of(definition: Definition) -> str:
    return next(kind for form, kind in KINDS if isinstance(definition.how, form))


def own_offers(run: Run) -> list[dict[str, Any]]:
    """In the form of the palette's entries, for which there is no page and no newer version."""
    found = own_definitions(run)
    library = Library(found | msgspec.convert(run.snapshot.get("components", {}), type=dict[str, Definition]))
    return [_offer(one, library) for one in found.values()]


def _offer(definition: Definition, library: Library) -> dict[str, Any]:
    graph = definition.how if isinstance(definition.how, Graph) else None
    ends = {port: innermost(end, graph, library) for port, end in graph.outputs.items()} if graph else {}
    shown: dict[str, Any] = msgspec.to_builtins(definition.component)
    return shown | {
        "own": {
            "id": "",
            "kind": kind_of(definition),
            "latest": "",
            "archived": True,
            "deprecated": "",
            "url": "",
            "outputs": {port: _plain(end) for port, end in ends.items()},
            "ends": {port: [_plain(end) for end in inner] for port, inner in graph.inputs.items()} if graph else {},
            "outs": {port: _plain(end) for port, end in graph.outputs.items()} if graph else {},
        }
    }


def _plain(end: End) -> dict[str, str]:
    return {"node": end.node, "port": end.port}
