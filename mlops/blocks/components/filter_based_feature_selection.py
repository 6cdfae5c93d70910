"""Filter Based Feature Selection: the columns that say most about the one to predict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import column_not_found, problem
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

SCORES = (Column(name="Feature", type="string"), Column(name="Score", type="decimal"))

DEFINITION = Component(
    name="filter_based_feature_selection",
    version="1",
    title="Filter Based Feature Selection",
    group="Feature Selection",
    help="""Scores each column by what it says about the column that you want to predict, and keeps the best.

**When to use it.** A table has many columns, most of which tell nothing: fewer columns make models quicker, easier to
explain and often better. Do it on the training part, and bring other tables to the same columns with Select Columns
Transform.

**Example.** Of 25 columns, *Pearson correlation* with `price` gives `engine-size` 0.87, `curb-weight` 0.83, `stroke`
0.08. With 2 desired features, the first two stay, and `price`.

**Methods.** *Pearson*: straight-line relation of numbers. *Spearman* and *Kendall*: rising or falling together, by
ranks. *Chi squared* and *Mutual information*: any relation, also of text; numbers are put into ten bins. *Fisher
score*: how far the classes lie apart in a number column. Where a method is not defined for a column (Pearson of text,
say), the score is 0. A text target of two values counts as 0 and 1.

**What comes out.** The table with the best columns, the target and columns that are no features; and a table with
every column and its score, the best first.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(
        Port(name="filtered_dataset", type="table", label="Filtered dataset"),
        Port(name="features", type="table", label="Features"),
    ),
    parameters=(
        Parameter(
            name="operate_on_feature_columns_only",
            type="boolean",
            label="Operate on feature columns only",
            default=True,
            help="Score only columns that are features; otherwise also labels, weights and scores.",
        ),
        Parameter(
            name="target_column",
            type="column",
            label="Target column",
            required=True,
            port="dataset",
            help="The column that you want to predict.",
        ),
        Parameter(
            name="number_of_desired_features",
            type="integer",
            label="Number of desired features",
            required=True,
            default=1,
            minimum=1,
            help="How many columns to keep.",
        ),
        Parameter(
            name="feature_scoring_method",
            type="choice",
            label="Feature scoring method",
            required=True,
            default="pearson",
            choices=(
                Choice(value="pearson", label="Pearson Correlation"),
                Choice(value="mutual_information", label="Mutual Information"),
                Choice(value="kendall", label="Kendall Correlation"),
                Choice(value="spearman", label="Spearman Correlation"),
                Choice(value="chi_squared", label="Chi Squared"),
                Choice(value="fisher_score", label="Fisher Score"),
            ),
            help="How to score.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    """Which columns are the best is known only from the rows."""
    table, target = inputs["dataset"].table, parameters["target_column"]
    problems: tuple[Problem, ...] = ()
    count = None
    if table is not None and target:
        problems = _problems(table, target, parameters)
        count = len(_candidates(table, target, parameters))
    scores = Shape(type="table", table=TableSchema(columns=SCORES, row_count=count))
    return Derived(outputs={"filtered_dataset": Shape(type="table"), "features": scores}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    import polars as pl

    from mlops.blocks.association import association
    from mlops.formats.transform import KeepColumns

    table, parameters = call.table("dataset"), call.parameters
    target, method = parameters["target_column"], parameters["feature_scoring_method"]
    candidates = _candidates(table.schema, target, parameters)
    scores = {}
    for place, name in enumerate(candidates):
        scores[name] = association(table.frame[name], table.frame[target], method) or 0.0
        call.report.progress((place + 1) / len(candidates))
    ranked = sorted(candidates, key=lambda name: -scores[name])
    gone = set(ranked[int(parameters["number_of_desired_features"]) :])
    kept = tuple(name for name in table.schema.names if name not in gone)
    call.report.log("Kept: " + ", ".join(name for name in ranked if name not in gone) + ".")
    frame = pl.DataFrame(
        {"Feature": ranked, "Score": [scores[name] for name in ranked]}, schema_overrides={"Score": pl.Float64}
    )
    reason = _("The table holds scores of columns, not rows that a model could score.")
    schema = TableSchema(columns=SCORES, row_count=frame.height)
    features = table.broken(frame, schema=schema, reason=reason)
    return {"filtered_dataset": table.transformed(KeepColumns(columns=kept)), "features": features}


def _candidates(table: TableSchema, target: str, parameters: Mapping[str, Any]) -> list[str]:
    every = not parameters["operate_on_feature_columns_only"]
    return [c.name for c in table.columns if c.name != target and (every or c.role == "feature")]


def _problems(table: TableSchema, target: str, parameters: Mapping[str, Any]) -> tuple[Problem, ...]:
    if table.column(target) is None:
        return (column_not_found(target, table.names, parameter="target_column"),)
    if not _candidates(table, target, parameters):
        message = _("There is no column to score besides the target '%(target)s'.") % {"target": target}
        hint = _("Keep more columns before it, or turn off 'Operate on feature columns only'.")
        return (problem("no_features", message, hint=hint, parameter="target_column", port="dataset"),)
    return ()
