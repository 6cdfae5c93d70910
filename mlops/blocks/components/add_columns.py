"""Add Columns: two tables side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.blocks.placing import free_name
from mlops.blocks.problems import as_refusal, problem
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="add_columns",
    version="1",
    title="Add Columns",
    group="Data Transformation",
    help="""Puts two tables side by side: row 1 beside row 1, row 2 beside row 2, and so on.

**When to use it.** Two tables describe the same things in the same order, such as scores and the rows that were
scored. Where the order may differ, use Join Data, which looks at a key.

**Example.** The left table has `make` and `price`, the right one `power` and `price`, 205 rows each. The result
has 205 rows with `make`, `price`, `power` and `price (1)`.

**Choices.** Tables with different numbers of rows usually mean that rows no longer belong together, so they are
refused; *Fill the shorter one* pads it with missing values at its end instead.

**What comes out.** All columns of the left table, then those of the right one; a name that is there already gets
a number. A request to a model carries one row of one dataset, so a model that is trained behind this component
scores the joined table, not the raw rows.""",
    inputs=(
        Port(name="left_dataset", type="table", label="Left dataset"),
        Port(name="right_dataset", type="table", label="Right dataset"),
    ),
    outputs=(Port(name="combined_dataset", type="table", label="Combined dataset"),),
    parameters=(
        Parameter(
            name="different_row_counts",
            type="choice",
            label="If the numbers of rows differ",
            required=True,
            default="refuse",
            choices=(
                Choice(value="refuse", label="Refuse"),
                Choice(value="fill", label="Fill the shorter one with missing values"),
            ),
            help="What to do with tables of different length.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    left, right = inputs["left_dataset"].table, inputs["right_dataset"].table
    if left is None or right is None:
        return Derived(outputs={"combined_dataset": Shape(type="table")})
    problems = _problems(left.row_count, right.row_count, parameters)
    rows = None if left.row_count is None or right.row_count is None else max(left.row_count, right.row_count)
    schema = TableSchema(columns=left.columns + _renamed(left, right), row_count=rows)
    return Derived(outputs={"combined_dataset": Shape(type="table", table=schema)}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    import polars as pl

    left, right = call.table("left_dataset"), call.table("right_dataset")
    faults = _problems(left.frame.height, right.frame.height, call.parameters)
    if faults:
        raise as_refusal(faults[0])
    added = _renamed(left.schema, right.schema)
    renamed = right.frame.rename(dict(zip(right.frame.columns, (column.name for column in added), strict=True)))
    height = max(left.frame.height, renamed.height)
    parts = [pl.concat([part, part.clear(n=height - part.height)]) for part in (left.frame, renamed)]
    frame = parts[0].hstack(parts[1])
    schema = TableSchema(columns=left.schema.columns + added, row_count=frame.height)
    reason = _("Add Columns puts two tables side by side, which cannot be replayed for a request.")
    return {"combined_dataset": left.broken(frame, schema=schema, reason=reason, others=(right,))}


def _problems(left: int | None, right: int | None, parameters: Mapping[str, Any]) -> tuple[Problem, ...]:
    if parameters["different_row_counts"] == "fill" or left is None or right is None or left == right:
        return ()
    message = _(
        "The left table has %(left)s rows and the right one %(right)s, so they do not belong together row by row."
    ) % {"left": left, "right": right}
    hint = _("Join them by a key with Join Data, or choose to fill the shorter one with missing values.")
    return (problem("sizes_differ", message, hint=hint, parameter="different_row_counts", port="right_dataset"),)


def _renamed(left: TableSchema, right: TableSchema) -> tuple[Column, ...]:
    taken = set(left.names)
    columns = []
    for column in right.columns:
        name = free_name(column.name, taken)
        taken.add(name)
        columns.append(msgspec.structs.replace(column, name=name))
    return tuple(columns)
