"""Tables of what endpoints collected: one an endpoint, with the columns of everything it kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from django.db.models import Exists, OuterRef

from mlops.access.decisions import projects_where, visible_projects
from mlops.analytics.tables.columns import Column, Kind, Table
from mlops.analytics.tables.names import identifier, identifiers
from mlops.collected.models import Part
from mlops.collected.reading import columns_of
from mlops.deployments.models import Endpoint

FIXED = (
    Column("request_id", "string", "request_id"),
    Column("row", "integer", "row", "The row's place in its request"),
    Column("at", "moment", "at", "When it was scored"),
    Column("deployment", "string", "deployment"),
    Column("model", "string", "model", "Name and version of the model"),
    Column("correlation_id", "string", "correlation_id"),
)
ORDER = ("at", "deployment", "request_id", "row")
_KINDS: dict[str, Kind] = {
    "boolean": "boolean",
    "integer": "integer",
    "decimal": "decimal",
    "date": "moment",
    "string": "string",
}


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    table: Table
    endpoint: Any
    """deployments.models.Endpoint"""


def name_of(endpoint: Endpoint) -> str:
    return f"Predictions_{identifier(endpoint.project.slug)}_{identifier(endpoint.name)}"


def named(person: Any, *, project: str = "") -> dict[str, Endpoint]:
    """By the names of their tables: endpoints that collected something and whose rows the person may read; they may be
    about people, so that it takes a contributor. Reads no part."""
    endpoints = Endpoint.objects.filter(project__in=visible_projects(person)).select_related("project")
    endpoints = endpoints.filter(project__in=projects_where(person, "collected.use"))
    if project:
        endpoints = endpoints.filter(project__slug=project)
    has_parts = Exists(Part.objects.filter(endpoint=OuterRef("pk")))
    found: dict[str, Endpoint] = {}
    taken: set[str] = set()
    for endpoint in endpoints.filter(has_parts).order_by("project__slug", "name"):
        name = name_of(endpoint)
        if name.lower() in taken:
            name = f"{name}_{endpoint.pk.hex[:8]}"
        taken.add(name.lower())
        found[name] = endpoint
    return found


def tables_of(endpoints: Mapping[str, Endpoint]) -> Iterator[Collected]:
    """With the columns of all their parts. Reads no file."""
    parts: dict[Any, list[Part]] = {}
    rows = Part.objects.filter(endpoint__in=endpoints.values()).order_by("day", "first_at", "pk")
    for part in rows.defer("blob", "minutes"):
        parts.setdefault(part.endpoint_id, []).append(part)
    for name, endpoint in endpoints.items():
        yield Collected(table=_table(name, endpoint, parts.get(endpoint.pk, ())), endpoint=endpoint)


def _table(name: str, endpoint: Endpoint, parts: Sequence[Part]) -> Table:
    types = columns_of(parts)
    names = identifiers(types, taken=[column.name for column in FIXED])
    columns = (Column(names[path], _KINDS[kind], path) for path, kind in types.items())
    return Table(
        name=name,
        sql_name=name.lower(),
        says=f"Rows that the endpoint “{endpoint.name}” scored, with their labels",
        columns=(*FIXED, *columns),
        key=("at", "deployment", "request_id", "row"),
        order=ORDER,
    )
