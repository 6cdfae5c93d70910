"""What AutoML does to columns before a learner: fills gaps, brings numbers to one scale, leaves useless columns out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from mlops.blocks.components.train_model import feature_names
from mlops.blocks.values import Table
from mlops.formats.table import Column
from mlops.formats.transform import FillMissing, MarkMissing, Rescale, Transform

INDICATOR_SUFFIX = "_is_missing"
MOST_CATEGORIES = 1_000
NAME_SHARE = 0.9
"""A text column whose values are nearly all different names its rows."""

LEAVE, MEDIAN, MEAN, MARKED = "leave", "median", "mean", "median, marked"
FILLS = (MEDIAN, MARKED, MEAN)
UNSCALED, SCALES = "none", ("none", "zscore", "minmax")


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """Fitted on the rows that a learner learns from, so that nothing leaks from those that it is judged by."""

    label: str
    missing: str = LEAVE
    scaling: str = UNSCALED
    gaps: bool = False
    """There are gaps in some feature; without any, nothing is filled."""

    def __call__(self, table: Table) -> tuple[Transform, ...]:
        names = set(feature_names(table.schema, self.label))
        columns = [column for column in table.schema.columns if column.name in names]
        found: list[Transform] = []
        if self.gaps and self.missing != LEAVE:
            found += self._fills(table.frame, columns)
        if self.scaling != UNSCALED:
            found += [_rescale(table.frame[column.name], self.scaling) for column in columns if _is_number(column)]
        return tuple(found)

    def _fills(self, frame: pl.DataFrame, columns: list[Column]) -> list[Transform]:
        marks: list[Transform] = []
        fills: list[Transform] = []
        for column in columns:
            values = frame[column.name]
            if self.missing == MARKED and values.null_count():
                marks.append(MarkMissing(column=column.name, indicator=column.name + INDICATOR_SUFFIX))
            fills.append(FillMissing(column=column.name, value=_typical(values, column, self.missing)))
        return marks + fills


def useless_columns(table: Table, label: str) -> dict[str, str]:
    """Feature columns that no learner can use, with the reason."""
    found = {}
    rows = table.frame.height
    for column in table.schema.columns:
        if column.name not in feature_names(table.schema, label):
            continue
        present = table.frame[column.name].drop_nulls()
        different = present.n_unique()
        if different < 2:
            found[column.name] = "it has one single value" if different else "it is empty"
        elif column.type == "string" and different > MOST_CATEGORIES:
            found[column.name] = f"it has {different:,} different texts"
        elif column.type == "string" and rows > 50 and different > NAME_SHARE * rows:
            found[column.name] = "its texts are nearly all different"
    return found


def has_gaps(table: Table, label: str) -> bool:
    return any(table.frame[name].null_count() for name in feature_names(table.schema, label))


def _is_number(column: Column) -> bool:
    return column.type in ("integer", "decimal") and not column.categorical


def _typical(values: pl.Series, column: Column, how: str) -> Any:
    present = values.drop_nulls()
    if not present.len():
        return {"string": "", "boolean": False, "integer": 0}.get(column.type, 0.0)
    if column.type in ("string", "boolean") or column.categorical:
        return present.mode().sort()[0]
    if column.type == "date":
        middle: Any = present.dt.timestamp("us").median()
        return str(pl.Series([int(middle)], dtype=pl.Int64).cast(pl.Datetime("us"))[0])
    finite = present.cast(pl.Float64)
    finite = finite.filter(finite.is_finite())
    value: Any = (finite.mean() if how == MEAN else finite.median()) or 0.0
    return round(value) if column.type == "integer" else float(value)


def _rescale(values: pl.Series, method: str) -> Rescale:
    numbers = values.cast(pl.Float64).drop_nulls()
    numbers = numbers.filter(numbers.is_finite())
    low: Any = (numbers.min() if method == "minmax" else numbers.mean()) or 0.0
    high: Any = numbers.max() or 0.0
    spread: Any = high - low if method == "minmax" else numbers.std(ddof=0)
    kind: Any = method
    return Rescale(column=values.name, method=kind, offset=float(low), scale=float(spread or 0) or 1.0)
