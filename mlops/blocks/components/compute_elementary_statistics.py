"""Compute Elementary Statistics: one figure of each chosen column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.selection import NUMERIC_COLUMNS, picked
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Shape
from mlops.formats.spoken import gettext
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

MOMENT = "K-th Central Moment"
METHODS = (
    "Deviation Squared Sum",
    "Geometric Mean",
    "Harmonic Mean",
    "Interquartile Distance",
    MOMENT,
    "Max",
    "Mean",
    "Mean Deviation",
    "Median",
    "Median Deviation",
    "Min",
    "Mode",
    "Population Standard Deviation",
    "Population Variance",
    "Product",
    "Range",
    "Sample Kurtosis",
    "Sample Skewness",
    "Sample Standard Deviation",
    "Sample Variance",
    "Sum",
)
NUMBERS = ("integer", "decimal")

DEFINITION = Component(
    name="compute_elementary_statistics",
    version="1",
    title="Compute Elementary Statistics",
    group="Statistical Functions",
    help="""Computes one figure, such as the mean or the sum, of each column that you choose.

**When to use it.** You need one number of a table further on, for example to write it into a report or to compare it
with that of another table. For many figures at once take Summarize Data.

**Example.** *Mean* of `power` with `100, 200` and `weight` with `1, 2, 6` gives a table with one row: `Mean(power)` 150
and `Mean(weight)` 3.

**Choices.** The method and the columns. The *k-th central moment* is the mean of the k-th power of the distances from
the mean; for k = 2 it is the population variance. Geometric and harmonic means need numbers above 0. Gaps do not
count.

**What comes out.** A table with one row and one column for each chosen one; where a figure is not defined, such as the
variance of a single value, it is missing.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(Port(name="results_dataset", type="table", label="Results dataset"),),
    parameters=(
        Parameter(
            name="method",
            type="choice",
            label="Method",
            required=True,
            default="Mean",
            choices=tuple(Choice(value=name, label=name) for name in METHODS),
            help="The figure.",
        ),
        Parameter(
            name="order",
            type="integer",
            label="Order k",
            required=True,
            default=2,
            minimum=1,
            maximum=20,
            visible_if={"method": (MOMENT,)},
            help="The power of the central moment.",
        ),
        Parameter(
            name="column_set",
            type="columns",
            label="Column set",
            required=True,
            default=NUMERIC_COLUMNS,
            port="dataset",
            only_types=NUMBERS,
            help="Which number columns.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    if table is None:
        return Derived(outputs={"results_dataset": Shape(type="table")})
    chosen, problems = picked(parameters["column_set"], table, parameter="column_set", types=NUMBERS)
    shape = Shape(type="table", table=_schema(parameters, chosen))
    return Derived(outputs={"results_dataset": shape}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    import polars as pl

    from mlops.blocks.summarizing import finite_numbers, measure

    table, method = call.table("dataset"), call.parameters["method"]
    chosen, _ = picked(call.parameters["column_set"], table.schema, parameter="column_set", types=NUMBERS)
    schema = _schema(call.parameters, chosen)
    found = []
    for column, named in zip(chosen, schema.columns, strict=True):
        numbers = finite_numbers(table.frame[column.name])
        if method == MOMENT:
            value = float(((numbers - numbers.mean()) ** call.parameters["order"]).mean()) if numbers.size else None
        else:
            value = measure(numbers, method)
        call.report.log(f"{named.name}: {'not defined' if value is None else format(value, 'g')}")
        found.append(pl.Series(named.name, [value], dtype=pl.Float64))
    reason = gettext("The table holds statistics of another table, not rows that a model could score.")
    return {"results_dataset": table.broken(pl.DataFrame(found), schema=schema, reason=reason)}


def _schema(parameters: Mapping[str, Any], chosen: tuple[Column, ...]) -> TableSchema:
    name = f"Central Moment {parameters['order']}" if parameters["method"] == MOMENT else parameters["method"]
    columns = tuple(Column(name=f"{name}({column.name})", type="decimal") for column in chosen)
    return TableSchema(columns=columns, row_count=1)
