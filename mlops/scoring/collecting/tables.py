"""Finds rows in what a request or an answer holds, so that it is kept by column: in the forms that people send."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from mlops.formats.spool import Columns

WRAPPERS = (
    "data", "input_data", "inputs", "instances", "dataframe_split", "dataframe_records", "predictions", "result",
    "results", "outputs", "output",
)  # fmt: skip
"""Fields whose value is the rows; what stands beside them holds for each row."""
_NO_COLUMNS = ("params", "method", "GlobalParameters", "model", "deployment", "warnings")
MOST_WIDTH = 64
"""A list of up to so many numbers in each row becomes as many columns, `name.0` and so on."""
_SCALARS = (bool, int, float, str, type(None))


def table_of(value: Any, *, name: str = "data") -> Columns | None:
    """Columns of one length, cells as they came (which may be lists or objects); None where there are no rows."""
    if isinstance(value, dict):
        return _of_object(value, name)
    if isinstance(value, list):
        return _of_list(value, name)
    return {name: [value]}


def widened(columns: Columns) -> Columns:
    """Columns of short lists of one length as a column each."""
    if not any(isinstance(cell, list) for values in columns.values() for cell in values[:1]):
        return columns
    found: Columns = {}
    for name, values in columns.items():
        width = _width(values)
        if width is None:
            found[name] = values
        else:
            found.update((f"{name}.{place}", [cell[place] for cell in values]) for place in range(width))
    return found


def _of_object(value: dict[str, Any], name: str) -> Columns | None:
    if "columns" in value and "data" in value and value.keys() <= {"columns", "data", "index"}:
        return _of_split(value["columns"], value["data"])
    wrapper = next((key for key in WRAPPERS if key in value), None)
    if wrapper is not None:
        return _beside(table_of(value[wrapper], name=name), value, wrapper)
    if value and all(isinstance(cells, list) for cells in value.values()):
        lengths = {len(cells) for cells in value.values()}
        return dict(value) if len(lengths) == 1 else None
    if value and all(type(cell) in _SCALARS for cell in value.values()):
        return {column: [cell] for column, cell in value.items()}
    return None


def _of_split(names: Any, rows: Any) -> Columns | None:
    if not isinstance(names, list) or not isinstance(rows, list):
        return None
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        return None
    return {str(column): [row[place] for row in rows] for place, column in enumerate(names)}


def _beside(columns: Columns | None, value: dict[str, Any], wrapper: str) -> Columns | None:
    if columns is None:
        return None
    rows = len(next(iter(columns.values()), ()))
    others = {one: cell for one, cell in value.items() if one not in (wrapper, *_NO_COLUMNS, *columns)}
    return columns | {one: [cell] * rows for one, cell in others.items()}


def _of_list(value: Sequence[Any], name: str) -> Columns | None:
    kinds = set(map(type, value))
    if kinds <= {dict}:
        names = dict.fromkeys(chain.from_iterable(value))
        return {column: [row.get(column) for row in value] for column in names}
    if list in kinds and kinds != {list}:
        return None
    if kinds <= set(_SCALARS) or kinds == {list}:
        return {name: list(value)}
    return None


def _width(values: Sequence[Any]) -> int | None:
    """Of lists of scalars that all have it."""
    if not all(isinstance(cell, list) for cell in values):
        return None
    widths = {len(cell) for cell in values}
    if len(widths) != 1 or not 0 < (width := widths.pop()) <= MOST_WIDTH:
        return None
    plain = all(type(one) in _SCALARS for cell in values for one in cell)
    return width if plain else None
