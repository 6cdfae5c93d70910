"""Schemas of tables: what flows along an edge before and after anything runs."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import msgspec

ColumnType = Literal["integer", "decimal", "string", "boolean", "date"]
"""The designer's five types. `date` is a timestamp without zone, microseconds."""

Role = Literal[
    "feature", "label", "weight", "fold", "scored_label", "scored_probability", "scored_quantile", "scored_distance"
]
"""`fold`: the part of the rows, from 1, that a row was assigned to for cross-validation."""


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    type: ColumnType
    categorical: bool = False
    role: Role = "feature"
    task: str = ""
    """Of a score column: the task of the model that wrote it."""
    class_name: str = ""
    """Of a probability, quantile or distance column: the class, quantile or cluster that it belongs to."""


class TableSchema(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """Columns in order; `row_count` is None while it is not known."""

    columns: tuple[Column, ...]
    row_count: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column | None:
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        """Tables may have many thousands of columns. Of equal names the first counts."""
        return {column.name: column for column in reversed(self.columns)}
