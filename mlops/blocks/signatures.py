"""What a model asks for and answers: one field per source column that reaches a feature, with typical values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from mlops.blocks.score_columns import score_columns
from mlops.blocks.values import Table
from mlops.formats.kept import ROW
from mlops.formats.model import Feature, Field, Signature, Task
from mlops.formats.table import Column, ColumnType, TableSchema
from mlops.formats.transform import Cast, Rename, Replay, Rescale, RunPython, Transform

MOST_SHOWN_CATEGORIES = 100

FREE_SHARE = 0.9
"""A text column with so many different values among its rows tells of single rows, not of kinds of them."""


def describe_signature(
    table: Table,
    recipe: Sequence[Transform],
    source: TableSchema,
    features: Sequence[Feature],
    *,
    required: frozenset[str],
    task: Task,
    classes: tuple[str, ...],
    label_type: ColumnType,
) -> Signature:
    changed = _changed(recipe)
    inputs = []
    for column in source.columns:
        categories = _categories(column, features, changed)
        values = _values(table, column, changed)
        inputs.append(describe_field(column, values, required=column.name in required, categories=categories))
    outputs = score_columns(task, classes, label_type=label_type)
    return Signature(inputs=tuple(inputs), outputs=tuple(_output(column, classes) for column in outputs))


def describe_field(column: Column, values: pl.Series, *, required: bool, categories: tuple[str, ...] = ()) -> Field:
    """`values` are those of the column before the recipe. The example is a median or the most frequent value; of free
    text it is made up, since a model's signature is shown to people who may not see its data."""
    present = values.drop_nulls()
    if column.type in ("integer", "decimal"):
        present = present.filter(present.cast(pl.Float64).is_finite())
    common: dict[str, Any] = {"name": column.name, "type": column.type, "required": required}
    if not present.len():
        return Field(**common, categories=categories)
    if column.type in ("integer", "decimal"):
        low: Any = present.min()
        high: Any = present.max()
        middle: Any = present.cast(pl.Float64).median()
        example = round(middle) if column.type == "integer" else float(f"{middle:.6g}")
        return Field(**common, minimum=float(low), maximum=float(high), example=example)
    if column.type == "date":
        centre: Any = present.cast(pl.Int64).median()
        moment = pl.Series([int(centre)], dtype=pl.Int64).cast(pl.Datetime("us"))
        return Field(**common, example=moment[0].replace(microsecond=0).isoformat())
    if column.type == "string" and present.n_unique() >= FREE_SHARE * present.len():
        return Field(**common, example=_made_up(column.name, present))
    return Field(**common, categories=categories, example=present.mode().sort()[0])


def _made_up(name: str, values: pl.Series) -> str:
    """Of the same kind as the values, so that what reads numbers or days out of a text can read it."""
    numbers = values.cast(pl.Float64, strict=False)
    if not numbers.null_count():
        middle: Any = numbers.median()
        return f"{middle:.6g}"
    if not values.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).null_count():
        return "2000-01-31" if values.str.len_chars().max() == len("2000-01-31") else "2000-01-31T12:00:00"
    return f"Example of a text for {name}"


def _changed(recipe: Sequence[Transform]) -> set[str] | None:
    """Columns whose values or names the recipe changes; None when a script may change any."""
    changed: set[str] = set()
    for step in recipe:
        if isinstance(step, RunPython):
            return None
        if isinstance(step, Rename):
            changed |= set(step.names) | set(step.names.values())
        elif isinstance(step, Rescale | Cast):
            changed.add(step.column)
        elif isinstance(step, Replay):
            changed |= set(step.writes) | set(step.removes)
    return changed


def _values(table: Table, column: Column, changed: set[str] | None) -> pl.Series:
    """All training rows where the column is unchanged, else the sample of source rows."""
    untouched = changed is not None and column.name not in changed and column.name in table.frame.columns
    if untouched or table.reference is None:
        return table.frame[column.name]
    return table.reference.filter(pl.col(ROW).is_not_null())[column.name]


def _categories(column: Column, features: Sequence[Feature], changed: set[str] | None) -> tuple[str, ...]:
    if changed is None or column.type != "string" or column.name in changed:
        return ()
    found = next((feature.categories for feature in features if feature.column == column.name), ())
    return found if len(found) <= MOST_SHOWN_CATEGORIES else ()


def _output(column: Column, classes: tuple[str, ...]) -> Field:
    if column.role == "scored_probability":
        return Field(name=column.name, type=column.type, minimum=0.0, maximum=1.0)
    named = column.role == "scored_label" and column.task in ("two_class", "multiclass")
    return Field(name=column.name, type=column.type, categories=classes if named else ())
