"""Split Data: divide the rows of a table in two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.blocks.conditions import ConditionError, Regular, Relative, parse_regular, parse_relative
from mlops.blocks.problems import column_not_found, problem
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.table import TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

EXPRESSIONS: dict[str, Callable[[str], Regular | Relative]] = {
    "regular_expression": parse_regular,
    "relative_expression": parse_relative,
}
SHOWN_ROWS = ("split_rows",)

DEFINITION = Component(
    name="split_data",
    version="1",
    title="Split Data",
    group="Data Transformation",
    training_only=True,
    help="""Divides the rows of a table in two: usually one part to learn from and one part to test with.

**When to use it.** Always before training: a model must be judged on rows that it has never seen.

**Example.** 205 cars with a fraction of 0.7: 144 rows at the left output for Train Model, 61 at the right one
for Score Model.

**Modes.** *Split Rows*: by a share, drawn at random (or the first rows when *Randomized split* is off);
*Stratified* keeps the mix of a column, such as the share of late flights, equal in both parts. *Regular
Expression*: rows whose text in one column matches go left, written `\\"make" ^b`. *Relative Expression*: rows
that satisfy conditions go left, written `\\"month" <= 9` or `\\"price" > 5000 & \\"price" < 9000`; `|` means
or, and `&` binds stronger. Rows with a missing value in the column go right.

**What comes out.** Two tables with the same columns, rows in their old order. The draw is repeatable: seed 0
stands for one fixed seed of the product, so that the same data always give the same parts; any other number
gives another draw.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(
        Port(name="results_dataset1", type="table", label="Results dataset1"),
        Port(name="results_dataset2", type="table", label="Results dataset2"),
    ),
    parameters=(
        Parameter(
            name="splitting_mode",
            type="choice",
            label="Splitting mode",
            required=True,
            default="split_rows",
            choices=(
                Choice(value="split_rows", label="Split Rows"),
                Choice(value="regular_expression", label="Regular Expression"),
                Choice(value="relative_expression", label="Relative Expression"),
            ),
            help="How the rows are divided.",
        ),
        Parameter(
            name="fraction_of_rows_in_the_first_output_dataset",
            type="decimal",
            label="Fraction of rows in the first output dataset",
            required=True,
            default=0.5,
            minimum=0,
            maximum=1,
            visible_if={"splitting_mode": SHOWN_ROWS},
            help="The share of rows that goes to the left output.",
        ),
        Parameter(
            name="randomized_split",
            type="boolean",
            label="Randomized split",
            default=True,
            visible_if={"splitting_mode": SHOWN_ROWS},
            help="Draw rows at random; otherwise the first rows go left.",
        ),
        Parameter(
            name="random_seed",
            type="integer",
            label="Random seed",
            default=0,
            minimum=0,
            maximum=2**32 - 1,
            visible_if={"splitting_mode": SHOWN_ROWS},
            help="Another number gives another draw. 0 is a fixed seed, not the clock.",
        ),
        Parameter(
            name="stratified_split",
            type="boolean",
            label="Stratified split",
            default=False,
            visible_if={"splitting_mode": SHOWN_ROWS},
            help="Keep the mix of one column's values equal in both parts.",
        ),
        Parameter(
            name="stratification_key_column",
            type="column",
            label="Stratification key column",
            required=True,
            port="dataset",
            visible_if={"splitting_mode": SHOWN_ROWS, "stratified_split": (True,)},
            help="The column whose mix of values is kept.",
        ),
        Parameter(
            name="regular_expression",
            type="string",
            label="Regular expression",
            required=True,
            default='\\"column_name" ^start',
            visible_if={"splitting_mode": ("regular_expression",)},
            help='A column and a pattern, such as \\"make" ^b.',
        ),
        Parameter(
            name="relative_expression",
            type="string",
            label="Relational expression",
            required=True,
            default='\\"column_name" > 3',
            visible_if={"splitting_mode": ("relative_expression",)},
            help='Conditions such as \\"month" <= 9 & \\"carrier" == "UA".',
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    part = None if table is None else msgspec.structs.replace(table, row_count=None)
    shape = Shape(type="table", table=part)
    outputs = {"results_dataset1": shape, "results_dataset2": shape}
    return Derived(outputs=outputs, problems=_problems(parameters, table))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.splitting import rows_of_first_part

    table = call.table("dataset")
    first = rows_of_first_part(table, call.parameters, seed=call.seed)
    parts = table.filtered(first), table.filtered(~first)
    call.report.log(f"{parts[0].height} rows in the first part, {parts[1].height} in the second.")
    return {"results_dataset1": parts[0], "results_dataset2": parts[1]}


def _problems(parameters: Mapping[str, Any], table: TableSchema | None) -> tuple[Problem, ...]:
    mode = parameters["splitting_mode"]
    if mode == "split_rows":
        key = parameters["stratification_key_column"] if parameters["stratified_split"] else None
        if key and table is not None and table.column(key) is None:
            return (column_not_found(key, table.names, parameter="stratification_key_column"),)
        return ()
    try:
        condition = EXPRESSIONS[mode](parameters[mode])
    except ConditionError as error:
        return (problem("expression_invalid", str(error), hint=error.hint, parameter=mode),)
    if table is None:
        return ()
    missing = [column for column in condition.columns if table.column(column) is None]
    if missing:
        return tuple(column_not_found(column, table.names, parameter=mode) for column in missing)
    try:
        condition.check_types(table)
    except ConditionError as error:
        return (problem("expression_invalid", str(error), hint=error.hint, parameter=mode),)
    return ()
