"""Select Columns in Dataset: keep some columns of a table, drop the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.selection import chosen_columns, read_selection, resolve
from mlops.formats.component import Component, Derived, Parameter, Port, Shape
from mlops.formats.table import TableSchema
from mlops.formats.transform import KeepColumns

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="select_columns_in_dataset",
    version="1",
    title="Select Columns in Dataset",
    group="Data Transformation",
    help="""Keeps the columns that you choose and drops the others. Rows stay as they are.

**When to use it.** A column has too many gaps, gives the answer away (such as the delay at arrival when you
predict whether a flight is late), or is only an identifier.

**How to choose.** *By name*: pick columns from the list. *With rules*: begin with all columns or none, then
include or exclude by name, by position (`1-3,5`; the first column is 1), by type, or all. Rules apply from top
to bottom.

**Example.** Begin with all columns, exclude by name `normalized-losses`: 26 columns become 25.

**What comes out.** The same table with fewer columns, in their old order. A model trained on it asks for these
columns only.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(Port(name="results_dataset", type="table", label="Results dataset"),),
    parameters=(
        Parameter(
            name="select_columns",
            type="columns",
            label="Select columns",
            required=True,
            port="dataset",
            help="Choose the columns to keep.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    if table is None or parameters["select_columns"] is None:
        return Derived(outputs={"results_dataset": Shape(type="table")})
    selection = read_selection(parameters["select_columns"])
    names, problems = resolve(selection, table, parameter="select_columns")
    chosen = set(names)
    kept = tuple(column for column in table.columns if column.name in chosen)
    shape = Shape(type="table", table=TableSchema(columns=kept, row_count=table.row_count))
    return Derived(outputs={"results_dataset": shape}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    table = call.table("dataset")
    names = chosen_columns(call.parameters["select_columns"], table.schema, parameter="select_columns")
    call.report.log(f"Keeping {len(names)} of {len(table.schema.columns)} columns.")
    return {"results_dataset": table.transformed(KeepColumns(columns=names))}
