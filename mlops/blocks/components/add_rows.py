"""Add Rows: one table below the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.blocks.problems import problem
from mlops.formats.component import Component, Derived, Port, Problem, Shape
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Table, Value

DEFINITION = Component(
    name="add_rows",
    version="1",
    title="Add Rows",
    group="Data Transformation",
    training_only=True,
    help="""Puts the rows of a second table below those of the first.

**When to use it.** The same kind of data arrives in parts, such as one table a month, or a table was divided with
Split Data and its parts were treated differently.

**Example.** January has 31 rows and February 28, both with the columns `day` and `sales`. The result has 59 rows.

**Rules.** Both tables need the same columns with the same types, in any order. A whole-number column and a
decimal column of one name become decimal.

**What comes out.** The rows of the first table, then those of the second, with the columns in the order of the
first. Where both parts come from one dataset by the same steps, a model trained on the result still scores raw
rows; otherwise it scores rows as they are here.""",
    inputs=(
        Port(name="dataset1", type="table", label="Dataset1"),
        Port(name="dataset2", type="table", label="Dataset2"),
    ),
    outputs=(Port(name="results_dataset", type="table", label="Results dataset"),),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    first, second = inputs["dataset1"].table, inputs["dataset2"].table
    if first is None or second is None:
        return Derived(outputs={"results_dataset": Shape(type="table")})
    counts = first.row_count, second.row_count
    rows = None if counts[0] is None or counts[1] is None else counts[0] + counts[1]
    schema = TableSchema(columns=_columns(first, second), row_count=rows)
    shape = Shape(type="table", table=schema)
    return Derived(outputs={"results_dataset": shape}, problems=_problems(first, second))


def run(call: Call) -> dict[str, Value]:
    import polars as pl

    first, second = call.table("dataset1"), call.table("dataset2")
    columns = _columns(first.schema, second.schema)
    frames = [table.frame.select(_as_column(table, column) for column in columns) for table in (first, second)]
    frame = pl.concat(frames)
    call.report.log(f"{first.frame.height} and {second.frame.height} rows give {frame.height}.")
    schema = TableSchema(columns=columns, row_count=frame.height)
    if first.shares_way_back_with(second) and first.frame.schema == frame.schema == second.frame.schema:
        return {"results_dataset": first.followed_by(second, frame=frame, schema=schema)}
    reason = _("Add Rows mixes rows of different origin, so there is no one way from a dataset to the model.")
    return {"results_dataset": first.broken(frame, schema=schema, reason=reason, others=(second,))}


def _as_column(table: Table, column: Column) -> Any:
    import polars as pl

    from mlops.stats.schema import storage_type

    return pl.col(column.name).cast(storage_type(column.type))


def _columns(first: TableSchema, second: TableSchema) -> tuple[Column, ...]:
    columns = []
    for column in first.columns:
        other = second.column(column.name)
        wider = other is not None and {column.type, other.type} == {"integer", "decimal"}
        flag = column.categorical and (other is None or other.categorical)
        changes: dict[str, Any] = {"type": "decimal", "categorical": False} if wider else {"categorical": flag}
        columns.append(msgspec.structs.replace(column, **changes))
    return tuple(columns)


def _problems(first: TableSchema, second: TableSchema) -> tuple[Problem, ...]:
    found = []
    for here, there, port in ((first, second, "dataset2"), (second, first, "dataset1")):
        for name in (name for name in here.names if there.column(name) is None):
            message = _("Column '%(name)s' is in one table only; Add Rows needs the same columns in both.") % {
                "name": name
            }
            hint = nearest(name, there.names) or _("Drop it with Select Columns in Dataset, or rename it to match.")
            found.append(problem("column_names_differ", message, hint=hint, port=port, column=name))
    for column in first.columns:
        other = second.column(column.name)
        if other is None or other.type == column.type or {column.type, other.type} == {"integer", "decimal"}:
            continue
        message = _("Column '%(name)s' holds %(type)s values in the first table and %(other_type)s in the second.") % {
            "name": column.name,
            "type": column.type,
            "other_type": other.type,
        }
        hint = _("Give both the same type with Edit Metadata.")
        found.append(problem("column_types_differ", message, hint=hint, port="dataset2", column=column.name))
    return tuple(found)
