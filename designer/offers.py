"""The components of a project as the palette and the cards show them."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.access.models import Project
from mlops.components.models import ComponentVersion
from mlops.components.queries import ProjectLibrary, definition_of
from mlops.formats.definition import End, Graph
from mlops.pipelines.expand import innermost


def offers(project: Project) -> list[dict[str, Any]]:
    """Every version of every component, the newest of each first; `own` says what a card has to know of it."""
    rows = ComponentVersion.objects.filter(component__project=project).select_related("component")
    library = ProjectLibrary(project)
    newest: dict[Any, str] = {}
    found = []
    for row in rows.order_by("component__name", "-position"):
        latest = newest.setdefault(row.component_id, row.version)
        found.append(offer(row, latest=latest, library=library))
    return found


def offer(row: ComponentVersion, *, latest: str, library: ProjectLibrary) -> dict[str, Any]:
    definition = definition_of(row)
    shown: dict[str, Any] = msgspec.to_builtins(definition.component)
    graph = definition.how if isinstance(definition.how, Graph) else None
    ends = {port: innermost(end, graph, library) for port, end in graph.outputs.items()} if graph else {}
    return shown | {
        "own": {
            "id": str(row.component_id),
            "kind": row.kind,
            "latest": latest,
            "archived": row.component.archived_at is not None,
            "deprecated": row.deprecated,
            "url": f"/components/{row.component_id}/",
            "outputs": {port: _plain(end) for port, end in ends.items()},
            "ends": {port: [_plain(end) for end in inner] for port, inner in graph.inputs.items()} if graph else {},
            "outs": {port: _plain(end) for port, end in graph.outputs.items()} if graph else {},
        }
    }


def _plain(end: End) -> dict[str, str]:
    return {"node": end.node, "port": end.port}
