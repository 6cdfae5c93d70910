"""The components of a project as the palette and the cards show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from django.db.models import Q

from mlops.access.models import Offer, Project
from mlops.access.offered import offers_to
from mlops.components.models import ComponentVersion
from mlops.components.queries import ProjectLibrary, definition_of
from mlops.components.sharing import NOUN
from mlops.execution.demands import demand_of_component
from mlops.formats.definition import End, Graph
from mlops.pipelines.expand import innermost


def offers(project: Project) -> list[dict[str, Any]]:
    """Every version of every component, the newest of each first; `own` says what a card has to know of it. Behind them
    those that other projects offer to this one, under `OWNER/NAME` and with the owner's name."""
    own = [shown for _row, shown in _shown(Q(component__project=project), ProjectLibrary(project))]
    offered = offers_to(project).filter(noun=NOUN).select_related("project")
    for owner, ids in _by_owner(offered).items():
        found = _shown(Q(component__in=ids), ProjectLibrary(owner))
        own += [_of_others(row, shown, owner) for row, shown in found]
    return own


def _by_owner(offered: Iterable[Offer]) -> dict[Project, list[Any]]:
    found: dict[Project, list[Any]] = {}
    for one in offered:
        found.setdefault(one.project, []).append(one.thing_id)
    return found


def _shown(which: Q, library: ProjectLibrary) -> Iterator[tuple[ComponentVersion, dict[str, Any]]]:
    newest: dict[Any, str] = {}
    rows = ComponentVersion.objects.filter(which).select_related("component")
    for row in rows.order_by("component__name", "-position"):
        latest = newest.setdefault(row.component_id, row.version)
        yield row, offer(row, latest=latest, library=library)


def _of_others(row: ComponentVersion, shown: dict[str, Any], owner: Project) -> dict[str, Any]:
    """Its page is for the people of its own project."""
    name = f"{owner.slug}/{row.component.name}"
    return shown | {"name": name, "owner": owner.name, "own": shown["own"] | {"url": ""}}


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
            "demand": msgspec.to_builtins(demand_of_component(definition)),
            "url": f"/components/{row.component_id}/",
            "outputs": {port: _plain(end) for port, end in ends.items()},
            "ends": {port: [_plain(end) for end in inner] for port, inner in graph.inputs.items()} if graph else {},
            "outs": {port: _plain(end) for port, end in graph.outputs.items()} if graph else {},
        }
    }


def _plain(end: End) -> dict[str, str]:
    return {"node": end.node, "port": end.port}
