"""Tables of what endpoints collected: one an endpoint, with the columns of everything it kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from mlops.access.decisions import may, visible_projects
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


def collected(person: Any, *, project: str = "") -> Iterator[Collected]:
    """Of endpoints that collected something and whose rows the person may read: they may be about people, so that it
    takes a contributor. Reads no file."""
    endpoints = Endpoint.objects.filter(project__in=visible_projects(person)).select_related("project")
    if project:
        endpoints = endpoints.filter(project__slug=project)
    found = [one for one in endpoints.order_by("project__slug", "name") if may(person, "collected.use", one.project)]
    parts: dict[Any, list[Part]] = {}
    for part in Part.objects.filter(endpoint__in=found).order_by("day", "first_at", "pk").defer("blob", "minutes"):
        parts.setdefault(part.endpoint_id, []).append(part)
    with_parts = [one for one in found if one.pk in parts]
    names = identifiers([str(one.pk) for one in with_parts])
    taken: set[str] = set()
    for endpoint in with_parts:
        name = name_of(endpoint)
        if name.lower() in taken:
            name = f"{name}_{names[str(endpoint.pk)].strip('_')[:8]}"
        taken.add(name.lower())
        yield Collected(table=_table(name, endpoint, parts[endpoint.pk]), endpoint=endpoint)


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
