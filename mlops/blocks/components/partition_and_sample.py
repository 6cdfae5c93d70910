"""Partition and Sample: a part of the rows, or the rows dealt out to folds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.blocks.problems import column_not_found, problem
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

FOLD = "Fold"
MODE = "partition_or_sample_mode"
HEAD, SAMPLING, ASSIGN, PICK = "head", "sampling", "assign_to_folds", "pick_fold"

DEFINITION = Component(
    name="partition_and_sample",
    version="1",
    title="Partition and Sample",
    group="Data Transformation",
    training_only=True,
    help="""Takes a part of the rows, or deals all rows out to numbered parts (folds).

**When to use it.** To try a pipeline on few rows first (*Head*, *Sampling*), or to decide which rows are together
in cross-validation (*Assign to Folds*, then Cross Validate Model or *Pick Fold*).

**Example.** 1,000 rows with *Sampling* and a rate of 0.01 give 10 rows. *Assign to Folds* with 5 folds gives the
column `Fold` with the numbers 1 to 5, 200 rows each; a second Partition and Sample with *Pick Fold* 2 gives those
200 rows, and with the complement the other 800.

**Modes.** *Head*: the first rows. *Sampling*: a random share; *stratified* keeps the mix of a column. *Assign to
Folds*: evenly, or by shares such as `0.7, 0.2` (a last fold gets what is left); *with replacement* draws the rows
anew, so that one may come several times; *randomized* off keeps neighbours together. *Pick Fold*: the rows of one
fold, or all others.

**What comes out.** A table with the same columns, rows in their old order. `Fold` is marked as such, so no learner
takes it for a feature. Seed 0 is one fixed seed: the same data give the same rows.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(Port(name="o_dataset", type="table", label="Dataset"),),
    parameters=(
        Parameter(
            name=MODE,
            type="choice",
            label="Partition or sample mode",
            required=True,
            default=SAMPLING,
            choices=(
                Choice(value=HEAD, label="Head"),
                Choice(value=SAMPLING, label="Sampling"),
                Choice(value=ASSIGN, label="Assign to Folds"),
                Choice(value=PICK, label="Pick Fold"),
            ),
            help="What to do with the rows.",
        ),
        Parameter(
            name="number_of_rows_to_select",
            type="integer",
            label="Number of rows to select",
            required=True,
            default=10,
            minimum=0,
            visible_if={MODE: (HEAD,)},
            help="How many rows from the top.",
        ),
        Parameter(
            name="rate_of_sampling",
            type="decimal",
            label="Rate of sampling",
            required=True,
            default=0.01,
            minimum=0,
            maximum=1,
            visible_if={MODE: (SAMPLING,)},
            help="The share of the rows to draw.",
        ),
        Parameter(
            name="use_replacement_in_the_partitioning",
            type="boolean",
            label="Use replacement in the partitioning",
            default=False,
            visible_if={MODE: (ASSIGN,)},
            help="Draw rows so that one may come several times and another not at all.",
        ),
        Parameter(
            name="randomized_split",
            type="boolean",
            label="Randomized split",
            default=True,
            visible_if={MODE: (ASSIGN,)},
            help="Deal rows out at random; otherwise in their order.",
        ),
        Parameter(
            name="random_seed",
            type="integer",
            label="Random seed",
            default=0,
            minimum=0,
            maximum=2**32 - 1,
            visible_if={MODE: (SAMPLING, ASSIGN)},
            help="Another number gives another draw. 0 is a fixed seed, not the clock.",
        ),
        Parameter(
            name="partitioner_method",
            type="choice",
            label="Specify the partitioner method",
            required=True,
            default="even",
            choices=(
                Choice(value="even", label="Partition evenly"),
                Choice(value="proportions", label="Partition with customized proportions"),
            ),
            visible_if={MODE: (ASSIGN,)},
            help="Folds of one size, or of sizes of your own.",
        ),
        Parameter(
            name="number_of_folds",
            type="integer",
            label="Specify number of folds to split evenly into",
            required=True,
            default=5,
            minimum=1,
            maximum=10_000,
            visible_if={MODE: (ASSIGN,), "partitioner_method": ("even",)},
            help="How many folds.",
        ),
        Parameter(
            name="proportion_list_of_folds",
            type="string",
            label="List of proportions separated by comma",
            required=True,
            default="0.5, 0.5",
            visible_if={MODE: (ASSIGN,), "partitioner_method": ("proportions",)},
            help="The share of each fold, such as 0.7, 0.2; what is missing to 1 becomes a last fold.",
        ),
        Parameter(
            name="stratified_split",
            type="boolean",
            label="Stratified split",
            default=False,
            visible_if={MODE: (SAMPLING, ASSIGN)},
            help="Keep the mix of one column's values.",
        ),
        Parameter(
            name="stratification_key_column",
            type="column",
            label="Stratification key column",
            required=True,
            port="dataset",
            visible_if={MODE: (SAMPLING, ASSIGN), "stratified_split": (True,)},
            help="The column whose mix of values is kept.",
        ),
        Parameter(
            name="fold_to_pick",
            type="integer",
            label="Specify which fold to be sampled from",
            required=True,
            default=1,
            minimum=1,
            visible_if={MODE: (PICK,)},
            help="The number of the fold; the first is 1.",
        ),
        Parameter(
            name="pick_complement_of_the_selected_fold",
            type="boolean",
            label="Pick complement of the selected fold",
            default=False,
            visible_if={MODE: (PICK,)},
            help="Take all rows but those of the fold.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table, mode = inputs["dataset"].table, parameters[MODE]
    problems = _proportion_problems(parameters)
    if table is None:
        return Derived(outputs={"o_dataset": Shape(type="table")}, problems=problems)
    problems += _column_problems(parameters, table)
    columns = folded_columns(table) if mode == ASSIGN else table.columns
    rows = None
    if mode == HEAD and table.row_count is not None:
        rows = min(table.row_count, int(parameters["number_of_rows_to_select"]))
    schema = msgspec.structs.replace(table, columns=columns, row_count=rows)
    return Derived(outputs={"o_dataset": Shape(type="table", table=schema)}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.partitioning import partitioned

    return {"o_dataset": partitioned(call)}


def folded_columns(table: TableSchema) -> tuple[Column, ...]:
    """The columns with the fold number last; an older one gives way."""
    kept = tuple(column for column in table.columns if column.role != "fold" and column.name != FOLD)
    return (*kept, Column(name=FOLD, type="integer", role="fold"))


def fold_column(table: TableSchema) -> str | None:
    return next((column.name for column in table.columns if column.role == "fold"), None)


def shares(text: str) -> tuple[float, ...]:
    """The share of each fold, together 1; ValueError where the text is no such list."""
    found = [float(part) for part in text.split(",") if part.strip()]
    total = sum(found)
    if not found or any(share <= 0 for share in found) or total > 1 + 1e-9:
        raise ValueError(text)
    return (*found, 1 - total) if total < 1 - 1e-9 else tuple(found)


def _proportion_problems(parameters: Mapping[str, Any]) -> tuple[Problem, ...]:
    text = parameters["proportion_list_of_folds"]
    if parameters[MODE] != ASSIGN or parameters["partitioner_method"] != "proportions":
        return ()
    try:
        shares(text)
    except ValueError:
        message = _("'%(text)s' is no list of shares that together are at most 1.") % {"text": text}
        hint = _("Write numbers above 0 with commas between, such as 0.7, 0.2, 0.1.")
        return (problem("expression_invalid", message, hint=hint, parameter="proportion_list_of_folds", value=text),)
    return ()


def _column_problems(parameters: Mapping[str, Any], table: TableSchema) -> tuple[Problem, ...]:
    mode, key = parameters[MODE], parameters["stratification_key_column"]
    if mode == PICK and fold_column(table) is None:
        message = _("The rows have not been assigned to folds.")
        hint = _("Put a Partition and Sample with 'Assign to Folds' before it.")
        return (problem("no_folds", message, hint=hint, parameter=MODE, port="dataset"),)
    if mode in (SAMPLING, ASSIGN) and parameters["stratified_split"] and key and table.column(key) is None:
        return (column_not_found(key, table.names, parameter="stratification_key_column"),)
    return ()
