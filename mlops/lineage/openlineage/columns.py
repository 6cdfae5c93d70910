"""From which columns of which data node each column of a step's output came, read from a run's frozen graph.

Only components of which it is certain are followed; behind any other, a column has no known origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from mlops.blocks.components.join_data import joined_columns
from mlops.blocks.selection import read_selection, resolve
from mlops.formats.pipeline import DATASET_COMPONENT
from mlops.formats.table import TableSchema

Origin = tuple[str, str]
"""A data node's id, and its column."""
Found = dict[str, frozenset[Origin]]
Tables = Mapping[str, TableSchema]
"""By input port."""
Sources = dict[str, tuple[str, str]]
"""Column of the output to the (port, column) that it is made of."""
Step = Callable[[Mapping[str, Any], Tables, list[str]], Sources]
"""Parameters, inputs, and names of the output's columns."""
RIGHT_KEYS = "join_key_columns_for_right_dataset"


def column_origins(spec: Mapping[str, Any], shapes: Mapping[str, Any], node: str, port: str) -> Found:
    """`spec`, `shapes`: as `Run` keeps them. Columns of unknown origin are left out."""
    return _Graph(spec, shapes).origins(node, port)


class _Graph:
    def __init__(self, spec: Mapping[str, Any], shapes: Mapping[str, Any]) -> None:
        self._shapes = shapes
        self._nodes = {node["id"]: node for node in spec.get("nodes", ())}
        self._into = {(edge["target"], edge["target_port"]): edge for edge in spec.get("edges", ())}
        self._known: dict[Origin, Found] = {}

    def origins(self, node: str, port: str) -> Found:
        if (node, port) not in self._known:
            self._known[node, port] = self._traced(node, port)
        return self._known[node, port]

    def fed(self, node: str, port: str) -> Found:
        edge = self._into.get((node, port))
        return self.origins(edge["source"], edge["source_port"]) if edge else {}

    def _traced(self, node: str, port: str) -> Found:
        given, table = self._nodes.get(node), self._table(node, port)
        if given is None or table is None or given.get("mode"):
            return {}
        if given["component"] == DATASET_COMPONENT:
            return {name: frozenset([(node, name)]) for name in _names(table)}
        step = STEPS.get(given["component"])
        if step is None:
            return {}
        inputs = {}
        for (target, each), edge in self._into.items():
            if target == node and (fed := self._table(edge["source"], edge["source_port"])) is not None:
                inputs[each] = fed
        made = step(given.get("parameters", {}), inputs, _names(table))
        found = {column: self.fed(node, each).get(name) for column, (each, name) in made.items()}
        return {column: origins for column, origins in found.items() if origins}

    def _table(self, node: str, port: str) -> TableSchema | None:
        told = (self._shapes.get(node, {}).get(port) or {}).get("table")
        return msgspec.convert(told, TableSchema) if told else None


def _by_name(_parameters: Mapping[str, Any], inputs: Tables, columns: list[str]) -> Sources:
    """Columns keep their names; values may change, each by those of its own column."""
    known = set(_names(inputs.get("dataset")))
    return {column: ("dataset", column) for column in columns if column in known}


def _by_place(_parameters: Mapping[str, Any], inputs: Tables, columns: list[str]) -> Sources:
    """Columns keep their places and may get other names."""
    before = _names(inputs.get("dataset"))
    if len(before) != len(columns):
        return {}
    return {column: ("dataset", name) for name, column in zip(before, columns, strict=True)}


def _side_by_side(_parameters: Mapping[str, Any], inputs: Tables, columns: list[str]) -> Sources:
    both = [(port, name) for port in ("left_dataset", "right_dataset") for name in _names(inputs.get(port))]
    return dict(zip(columns, both, strict=True)) if len(both) == len(columns) else {}


def _joined(parameters: Mapping[str, Any], inputs: Tables, columns: list[str]) -> Sources:
    left, right = inputs.get("left_dataset"), inputs.get("right_dataset")
    if left is None or right is None:
        return {}
    keys, _problems = resolve(read_selection(parameters[RIGHT_KEYS]), right, parameter=RIGHT_KEYS)
    _schema, renamed = joined_columns(parameters, left, right, list(keys))
    found = {name: ("left_dataset", name) for name in _names(left)}
    found |= {new: ("right_dataset", name) for name, new in renamed.items()}
    return {column: found[column] for column in columns if column in found}


def _names(table: TableSchema | None) -> list[str]:
    return [column.name for column in table.columns] if table else []


STEPS: dict[str, Step] = {
    "select_columns_in_dataset": _by_name,
    "remove_duplicate_rows": _by_name,
    "split_data": _by_name,
    "time_based_split": _by_name,
    "convert_to_dataset": _by_name,
    "normalize_data": _by_name,
    "clip_values": _by_name,
    "edit_metadata": _by_place,
    "add_columns": _side_by_side,
    "join_data": _joined,
}
