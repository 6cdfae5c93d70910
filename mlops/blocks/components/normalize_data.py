"""Normalize Data: bring number columns to one scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.blocks.problems import problem
from mlops.blocks.selection import NUMERIC_COLUMNS, read_selection, resolve
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="normalize_data",
    version="1",
    title="Normalize Data",
    group="Data Transformation",
    help="""Brings number columns to one scale, so that a column in thousands does not drown a column in
tenths.

**When to use it.** Before linear models and everything that measures distances. Boosted trees do not need it.
Leave the column that you want to predict out of the selection.

**Methods.** *ZScore*: 0 is the mean, 1 is one (population) standard deviation away. *MinMax*: smallest value 0,
largest 1. *Logistic* and *TanH*: the z-score squeezed into 0 to 1 or -1 to 1, which tames outliers.
*LogNormal*: for positive values with a long tail, the share of a fitted lognormal distribution below the value.

**Example.** `price` is `10, 20, 30`; MinMax gives `0, 0.5, 1`.

**What comes out.** The rescaled table (the columns become decimal, gaps stay gaps) and the *transformation
function*: means, minima and so on of this table. A model trained on it rescales requests with the same numbers.
A column with one single value becomes 0, or missing when *Use 0 for constant columns* is off.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(
        Port(name="transformed_dataset", type="table", label="Transformed dataset"),
        Port(name="transformation_function", type="transformation", label="Transformation function"),
    ),
    parameters=(
        Parameter(
            name="transformation_method",
            type="choice",
            label="Transformation method",
            required=True,
            default="zscore",
            choices=(
                Choice(value="zscore", label="ZScore"),
                Choice(value="minmax", label="MinMax"),
                Choice(value="logistic", label="Logistic"),
                Choice(value="lognormal", label="LogNormal"),
                Choice(value="tanh", label="TanH"),
            ),
            help="How to rescale.",
        ),
        Parameter(
            name="use_0_for_constant_columns",
            type="boolean",
            label="Use 0 for constant columns when checked",
            default=True,
            help="A column with one single value becomes 0; otherwise it becomes missing.",
        ),
        Parameter(
            name="columns_to_transform",
            type="columns",
            label="Columns to transform",
            required=True,
            default=NUMERIC_COLUMNS,
            port="dataset",
            only_types=("integer", "decimal"),
            help="Which number columns to rescale.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    outputs = {"transformed_dataset": Shape(type="table"), "transformation_function": Shape(type="transformation")}
    if table is None:
        return Derived(outputs=outputs)
    selection = read_selection(parameters["columns_to_transform"])
    names, problems = resolve(selection, table, parameter="columns_to_transform")
    chosen = [column for column in table.columns if column.name in names]
    problems += tuple(_not_numeric(column) for column in chosen if column.type not in ("integer", "decimal"))
    columns = tuple(
        msgspec.structs.replace(column, type="decimal", categorical=False) if column in chosen else column
        for column in table.columns
    )
    outputs["transformed_dataset"] = Shape(type="table", table=TableSchema(columns=columns, row_count=table.row_count))
    return Derived(outputs=outputs, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.normalizing import normalize

    return normalize(call)


def _not_numeric(column: Column) -> Problem:
    message = _("Column '%(name)s' holds %(type)s values, which have no scale.") % {
        "name": column.name,
        "type": column.type,
    }
    hint = _("Leave it out of the selection, or make it a number with Edit Metadata.")
    return problem("column_not_numeric", message, hint=hint, parameter="columns_to_transform", column=column.name)
