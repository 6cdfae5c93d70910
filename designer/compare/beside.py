"""What differs beside the drawing: dataset versions with their columns and rows, the environment, the metrics."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from django.utils.translation import gettext as _

from designer.compare.sides import Side
from mlops.datasets.models import DatasetVersion
from mlops.datasets.queries import ready_version, schema_columns
from mlops.formats.pipeline import DATASET_COMPONENT
from mlops.formats.refusal import Refusal
from mlops.runs.compare import MetricRow, metrics_of


@dataclass(frozen=True, kw_only=True)
class DataRow:
    node: str
    before: str
    after: str
    rows_before: int | None
    rows_after: int | None
    columns: tuple[tuple[str, str], ...]
    """(added, removed or changed, the column and its type)."""

    @property
    def row_difference(self) -> int | None:
        known = self.rows_before is not None and self.rows_after is not None
        return (self.rows_after or 0) - (self.rows_before or 0) if known else None


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    name: str
    before: str
    after: str


def datasets(before: Side, after: Side) -> tuple[DataRow, ...]:
    """One row for each data node whose dataset or version differs, or that is on one side only."""
    old, new = (_data_nodes(side) for side in (before, after))
    rows = []
    for node in (*old, *(node for node in new if node not in old)):
        a, b = old.get(node), new.get(node)
        if a != b:
            rows.append(_data_row(node, _version(before, a), _version(after, b), _named(a), _named(b)))
    return tuple(rows)


def environment(before: Side, after: Side) -> tuple[VersionRow, ...]:
    """The packages whose versions differ between two runs; nothing where a side is no run."""
    if before.run is None or after.run is None:
        return ()
    old, new = (side.run.snapshot.get("versions", {}) for side in (before, after) if side.run)
    return tuple(
        VersionRow(name=name, before=str(old.get(name, "")), after=str(new.get(name, "")))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    )


def metrics(before: Side, after: Side) -> tuple[MetricRow, ...]:
    return metrics_of(before.run, after.run) if before.run and after.run else ()


def _data_nodes(side: Side) -> dict[str, tuple[str, int | None]]:
    found: dict[str, tuple[str, int | None]] = {}
    for name, node in side.document.get("nodes", {}).items():
        parameters = node.get("parameters", {})
        number = parameters.get("version")
        if node["component"] == DATASET_COMPONENT and isinstance(parameters.get("dataset"), str):
            found[name] = parameters["dataset"], number if isinstance(number, int) else None
    return found


def _version(side: Side, wanted: tuple[str, int | None] | None) -> DatasetVersion | None:
    if wanted is None:
        return None
    try:
        return ready_version(side.project, *wanted)
    except Refusal:
        return None


def _data_row(node: str, a: DatasetVersion | None, b: DatasetVersion | None, before: str, after: str) -> DataRow:
    return DataRow(
        node=node,
        before=before,
        after=after,
        rows_before=a.row_count if a else None,
        rows_after=b.row_count if b else None,
        columns=_columns(a, b) if a and b else (),
    )


def _columns(a: DatasetVersion, b: DatasetVersion) -> tuple[tuple[str, str], ...]:
    old, new = ({column.name: msgspec.to_builtins(column) for column in schema_columns(one)} for one in (a, b))
    added = [("added", f"{name} ({new[name]['type']})") for name in new if name not in old]
    removed = [("removed", f"{name} ({old[name]['type']})") for name in old if name not in new]
    retyped = [
        ("changed", f"{name}: {old[name]['type']} → {new[name]['type']}")
        for name in old
        if name in new and old[name]["type"] != new[name]["type"]
    ]
    return (*added, *removed, *retyped)


def _named(wanted: tuple[str, int | None] | None) -> str:
    if wanted is None:
        return ""
    name, number = wanted
    return f"{name} : {number}" if number else _("%(name)s : newest") % {"name": name}
