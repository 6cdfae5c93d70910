"""Tables of datasets: the newest version that is ready."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from mlops.analytics.tables.columns import Column, Kind, Table
from mlops.analytics.tables.names import identifier, identifiers
from mlops.datasets import queries
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.formats.table import TableSchema

_KINDS: dict[str, Kind] = {"integer": "integer", "decimal": "decimal", "boolean": "boolean", "date": "moment"}


class DatasetTable(msgspec.Struct, frozen=True, kw_only=True):
    table: Table
    version: Any
    """datasets.models.DatasetVersion"""


def datasets(person: Any, *, project: str) -> Iterator[DatasetTable]:
    found = queries.visible_to(person).filter(project__slug=project, archived_at=None).order_by("name")
    ready = DatasetVersion.objects.filter(dataset__in=found, state=VersionState.READY).exclude(schema=None)
    newest: dict[Any, DatasetVersion] = {}
    for version in ready.select_related("dataset").defer("profile").order_by("number"):
        newest[version.dataset_id] = version
    if not newest:
        return
    known = list(found.values_list("pk", "name"))
    names = identifiers([name for _key, name in known])
    for key, name in known:
        if key in newest:
            yield DatasetTable(table=_table(names[name], newest[key]), version=newest[key])


def _table(name: str, version: DatasetVersion) -> Table:
    schema = msgspec.convert(version.schema, TableSchema)
    columns = identifiers([column.name for column in schema.columns])
    made = tuple(Column(columns[one.name], _KINDS.get(one.type, "string"), one.name) for one in schema.columns)
    title = f"Dataset_{identifier(name)}"
    says = f"The dataset “{version.dataset.name}”, version {version.number}"
    return Table(name=title, sql_name=title.lower(), says=says, columns=made, key=(), order=())
