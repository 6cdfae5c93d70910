"""Remove Duplicate Rows: one row for each combination of key values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.blocks.selection import ALL_COLUMNS, picked
from mlops.formats.component import Component, Derived, Parameter, Port, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="remove_duplicate_rows",
    version="1",
    title="Remove Duplicate Rows",
    group="Data Transformation",
    training_only=True,
    help="""Keeps one row of those that are equal in the key columns, and drops the others.

**When to use it.** The same thing was recorded twice. Do it before Split Data: otherwise one copy is learned and
the other one tested, and the model looks better than it is.

**Example.** With the key `customer`, the rows `anna 3, ben 4, anna 5` become `anna 3, ben 4`; when *Retain first
duplicate row* is off, `ben 4, anna 5`.

**Choices.** The key columns (all of them: only rows that are equal throughout are duplicates), and whether the first
or the last of equal rows stays. Two missing values count as equal; capital and small letters differ.

**What comes out.** The remaining rows with all their columns, in their old order.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(Port(name="results_dataset", type="table", label="Results dataset"),),
    parameters=(
        Parameter(
            name="key_columns",
            type="columns",
            label="Key column selection filter expression",
            required=True,
            default=ALL_COLUMNS,
            port="dataset",
            help="The columns in which duplicates are equal.",
        ),
        Parameter(
            name="retain_first_duplicate_row",
            type="boolean",
            label="Retain first duplicate row",
            default=True,
            help="Keep the first of equal rows; otherwise the last.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    if table is None:
        return Derived(outputs={"results_dataset": Shape(type="table")})
    _, problems = picked(parameters["key_columns"], table, parameter="key_columns")
    shape = Shape(type="table", table=msgspec.structs.replace(table, row_count=None))
    return Derived(outputs={"results_dataset": shape}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.distinct import distinct_rows

    table = call.table("dataset")
    keys, _ = picked(call.parameters["key_columns"], table.schema, parameter="key_columns")
    names = [column.name for column in keys]
    mask = distinct_rows(table, names, first=call.parameters["retain_first_duplicate_row"])
    result = table.filtered(mask)
    call.report.log(f"Removed {table.height - result.height} of {table.height} rows.")
    return {"results_dataset": result}
