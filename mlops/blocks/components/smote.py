"""SMOTE: more rows of the rarer class, invented between the real ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.blocks.problems import column_not_found, problem
from mlops.formats.component import Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="smote",
    version="1",
    title="SMOTE",
    group="Data Transformation",
    help="""Adds rows of the rarer class, each invented between a real row and one of its nearest neighbours of the
same class (*synthetic minority oversampling technique*).

**When to use it.** The class that matters is rare, such as one fraud in a hundred payments, and a learner ignores
it. Use it behind Split Data on the training part only, never on the rows that you test with.

**Example.** 50 of 1,000 rows are `fraud`. A percentage of 100 adds 50 rows (100 frauds), 200 adds 100 rows (150
frauds), 0 changes nothing.

**Choices.** The percentage, in steps of 100. *Number of nearest neighbors*: with 1, an invented row lies between a
row and its most similar one; more neighbours give more variety. Text and yes/no columns take the most frequent
value among the neighbours; whole numbers are rounded. The rarer class is found by itself. There must be no gaps:
put Clean Missing Data before it. Seed 0 is one fixed seed.

**What comes out.** All rows, and below them the invented ones. It is a step for training only: requests to a model
behind it are left as they are.""",
    inputs=(Port(name="dataset", type="table", label="Samples"),),
    outputs=(Port(name="results_dataset", type="table", label="Table"),),
    training_only=True,
    parameters=(
        Parameter(
            name="label_column",
            type="column",
            label="Label column",
            required=True,
            port="dataset",
            help="The column with the classes.",
        ),
        Parameter(
            name="smote_percentage",
            type="integer",
            label="SMOTE percentage",
            required=True,
            default=100,
            minimum=0,
            maximum=100_000,
            help="How many rows to add, in percent of the rarer class; a multiple of 100.",
        ),
        Parameter(
            name="number_of_nearest_neighbors",
            type="integer",
            label="Number of nearest neighbors",
            required=True,
            default=1,
            minimum=1,
            maximum=1_000,
            help="Among how many similar rows the partner of a row is drawn.",
        ),
        Parameter(
            name="random_seed",
            type="integer",
            label="Random seed",
            default=0,
            minimum=0,
            maximum=2**32 - 1,
            help="Another number gives other rows. 0 is a fixed seed, not the clock.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    problems = _problems(parameters, table)
    schema = None if table is None else msgspec.structs.replace(table, row_count=None)
    return Derived(outputs={"results_dataset": Shape(type="table", table=schema)}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.oversampling import oversampled

    return {"results_dataset": oversampled(call)}


def _problems(parameters: Mapping[str, Any], table: TableSchema | None) -> tuple[Problem, ...]:
    found = []
    percentage, label = parameters["smote_percentage"], parameters["label_column"]
    if percentage % 100:
        message = _("The SMOTE percentage is %(percentage)s; it must be a multiple of 100.") % {
            "percentage": percentage
        }
        hint = _("Take %(percentage)s or %(percentage_2)s.") % {
            "percentage": percentage // 100 * 100,
            "percentage_2": percentage // 100 * 100 + 100,
        }
        found.append(problem("parameter_range", message, hint=hint, parameter="smote_percentage"))
    if table is None or not label:
        return tuple(found)
    column = table.column(label)
    if column is None:
        found.append(column_not_found(label, table.names, parameter="label_column"))
    elif column.type in ("decimal", "date"):
        message = _("The label column '%(label)s' holds %(type)s values, which are no classes.") % {
            "label": label,
            "type": column.type,
        }
        hint = _("Choose a column of text, whole numbers or yes/no.")
        found.append(problem("label_type", message, hint=hint, parameter="label_column", column=label))
    elif len(table.columns) < 2:
        message = _("There is no column besides the label '%(label)s'.") % {"label": label}
        hint = _("Keep at least one more column, by which rows are similar.")
        found.append(problem("no_features", message, hint=hint, parameter="label_column", port="dataset"))
    return tuple(found)
