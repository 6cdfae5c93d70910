"""Target Encoding: each category becomes the mean of the label among its rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.blocks.placing import Result, output_mode, placed
from mlops.blocks.problems import column_not_found, problem
from mlops.blocks.selection import picked
from mlops.formats.component import Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="target_encoding",
    version="1",
    title="Target Encoding",
    group="Data Transformation",
    help="""Replaces each category by the mean of the label among the rows of that category, so that a column with
hundreds of categories becomes one number column.

**When to use it.** A text column has very many values (postcodes, product numbers), for which one column per category
would be too wide. Use it on the training part, and bring the test part through Apply Transformation.

**Example.** The mean delay of the carriers is `UA` 12 minutes and `DL` 6. `carrier` becomes 12 for flights of UA and 6
for those of DL. A carrier that was never seen gets the mean of all flights.

**How leaks are avoided.** If a row's own label went into its code, a model would just read it off. So the rows here get
*out-of-fold* values: the table is cut into folds, and each fold is encoded with what the other folds say. The
transformation, which requests and other tables use, is learned from all rows. Means of categories with few rows are
pulled towards the mean of all rows.

**Choices.** The label is a number or yes/no column, or has two classes (then the share of the second one in the order
of their names). *Smoothing* 0 finds the strength from the data; a larger number counts like that many rows of average
label. Seed 0 is one fixed seed.

**What comes out.** The encoded table (decimal columns), and the encoding transformation.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(
        Port(name="encoded_dataset", type="table", label="Encoded dataset"),
        Port(name="encoding_transformation", type="transformation", label="Encoding transformation"),
    ),
    parameters=(
        Parameter(
            name="label_column",
            type="column",
            label="Label column",
            required=True,
            port="dataset",
            help="The column whose mean is taken.",
        ),
        Parameter(
            name="columns_to_encode",
            type="columns",
            label="Columns to encode",
            required=True,
            port="dataset",
            default={
                "mode": "rules",
                "begin_with": "none",
                "rules": [
                    {"action": "include", "by": "types", "types": ["string", "categorical"]},
                    {"action": "exclude", "by": "types", "types": ["label"]},
                ],
            },
            help="The columns of categories.",
        ),
        Parameter(
            name="number_of_folds",
            type="integer",
            label="Number of folds",
            required=True,
            default=5,
            minimum=2,
            maximum=100,
            help="Into how many parts the rows are cut for out-of-fold values.",
        ),
        Parameter(
            name="smoothing",
            type="decimal",
            label="Smoothing",
            required=True,
            default=0.0,
            minimum=0,
            help="0: found from the data. Otherwise how many rows of average label are added to each category.",
        ),
        Parameter(
            name="random_seed",
            type="integer",
            label="Random seed",
            default=0,
            minimum=0,
            maximum=2**32 - 1,
            help="Another number cuts other folds. 0 is a fixed seed, not the clock.",
        ),
        output_mode(default="inplace"),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table, label = inputs["dataset"].table, parameters["label_column"]
    outputs = {"encoded_dataset": Shape(type="table"), "encoding_transformation": Shape(type="transformation")}
    if table is None or not label:
        return Derived(outputs=outputs)
    chosen, problems = picked(parameters["columns_to_encode"], table, parameter="columns_to_encode")
    problems += _problems(table, label, chosen)
    _, schema = planned(parameters, table)
    outputs["encoded_dataset"] = Shape(type="table", table=schema)
    return Derived(outputs=outputs, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.encoding import encode

    return encode(call)


def replay(frame: pl.DataFrame, state: dict[str, Any]) -> pl.DataFrame:
    from mlops.blocks.encoding import encoded

    return encoded(frame, state)


def planned(parameters: Mapping[str, Any], table: TableSchema) -> tuple[tuple[Result, ...], TableSchema]:
    """The label is left out where a rule chose it; with the results alone, it stays beside them."""
    label = parameters["label_column"]
    chosen, _ = picked(parameters["columns_to_encode"], table, parameter="columns_to_encode")
    results = [
        Result(source=column.name, column=Column(name=f"{column.name}_encoded", type="decimal", role=column.role))
        for column in chosen
        if column.name != label
    ]
    named, schema = placed(table, results, parameters["output_mode"])
    kept = table.column(label)
    if parameters["output_mode"] == "result_only" and kept is not None:
        schema = msgspec.structs.replace(schema, columns=(*schema.columns, kept))
    return named, schema


def _problems(table: TableSchema, label: str, chosen: tuple[Column, ...]) -> tuple[Problem, ...]:
    column = table.column(label)
    if column is None:
        return (column_not_found(label, table.names, parameter="label_column"),)
    if column.type == "date":
        message = _("The label column '%(label)s' holds dates, which have no mean here.") % {"label": label}
        hint = _("Choose a number or yes/no column, or one with two classes.")
        return (problem("label_type", message, hint=hint, parameter="label_column", column=label),)
    if [each.name for each in chosen] == [label]:
        message = _("Only the label '%(label)s' is chosen to be encoded.") % {"label": label}
        hint = _("Choose at least one other column of categories.")
        return (problem("no_columns_selected", message, hint=hint, parameter="columns_to_encode", column=label),)
    return ()
