"""What the feed holds, as CSDL XML ($metadata) and as the service document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from mlops.analytics.tables.catalogue import Source
from mlops.analytics.tables.columns import Table
from mlops.analytics.tables.links import LINKS, links_of

NAMESPACE = "MLOps"
EDM = {
    "string": "Edm.String",
    "integer": "Edm.Int64",
    "decimal": "Edm.Double",
    "boolean": "Edm.Boolean",
    "moment": "Edm.DateTimeOffset",
    "guid": "Edm.Guid",
}
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">'
    '<edmx:Reference Uri="https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1.xml">'
    '<edmx:Include Namespace="Org.OData.Core.V1" Alias="Core"/></edmx:Reference>'
    f'<edmx:DataServices><Schema Namespace="{NAMESPACE}" xmlns="http://docs.oasis-open.org/odata/ns/edm">'
)
_TAIL = "</Schema></edmx:DataServices></edmx:Edmx>"


def csdl(sources: Sequence[Source]) -> str:
    types = "".join(_type(one.table) for one in sources)
    sets = "".join(_set(one.table) for one in sources)
    return f'{_HEAD}{types}<EntityContainer Name="Container">{sets}</EntityContainer>{_TAIL}'


def service_document(sources: Sequence[Source], root: str) -> dict[str, Any]:
    sets = [
        {"name": one.table.name, "kind": "EntitySet", "url": one.table.name, "title": one.table.says}
        for one in sources
    ]  # fmt: skip
    return {"@odata.context": f"{root}$metadata", "value": sets}


def type_name(table: Table) -> str:
    return f"{table.name}_row"


def _type(table: Table) -> str:
    keys = "".join(f"<PropertyRef Name={quoteattr(name)}/>" for name in table.key)
    required = {*table.order, *table.key}
    properties = "".join(
        f'<Property Name={quoteattr(one.name)} Type="{EDM[one.kind]}"'
        + (' Nullable="false"' if one.name in required else "")
        + (' Precision="6"' if one.kind == "moment" else "")
        + (f">{_described(one.says)}</Property>" if one.says else "/>")
        for one in table.columns
    )
    links = "".join(
        f'<NavigationProperty Name="{link.name}" Type="Collection({NAMESPACE}.{link.to}_row)"/>'
        for link in links_of(table.name).values()
    )
    return f"<EntityType Name={quoteattr(type_name(table))}><Key>{keys}</Key>{properties}{links}</EntityType>"


def _set(table: Table) -> str:
    bound = "".join(
        f'<NavigationPropertyBinding Path="{link.name}" Target="{link.to}"/>'
        for link in LINKS
        if link.table == table.name
    )
    head = f'<EntitySet Name={quoteattr(table.name)} EntityType="{NAMESPACE}.{type_name(table)}">'
    return f"{head}{bound}{_described(table.says)}</EntitySet>"


def _described(says: str) -> str:
    return f'<Annotation Term="Core.Description" String={quoteattr(says)}/>'
