"""Compute Linear Correlation: how strongly each two number columns move together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.selection import NUMERIC_COLUMNS, picked
from mlops.formats.component import Component, Derived, Parameter, Port, Shape
from mlops.formats.spoken import gettext
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

NUMBERS = ("integer", "decimal")

DEFINITION = Component(
    name="compute_linear_correlation",
    version="1",
    title="Compute Linear Correlation",
    group="Statistical Functions",
    help="""Computes for each two number columns how strongly they move together: Pearson's correlation.

**When to use it.** To find columns that say the same (close to 1 or -1), which linear models do not like, and columns
that go with the one that you want to predict.

**Example.** `weight` and `price` with 0.83: heavy cars tend to be expensive. `weight` and `mpg` with -0.79: heavy cars
go less far. A value near 0 means no straight-line relation; a curved one may still be there.

**Choices.** The columns. Each pair uses the rows in which both have a value.

**What comes out.** A table with a row and a column for each chosen column. A column with one single value has no
correlation: its cells are missing.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(Port(name="results_dataset", type="table", label="Results dataset"),),
    parameters=(
        Parameter(
            name="column_set",
            type="columns",
            label="Column set",
            required=True,
            default=NUMERIC_COLUMNS,
            port="dataset",
            only_types=NUMBERS,
            help="Which number columns to compare with each other.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    if table is None:
        return Derived(outputs={"results_dataset": Shape(type="table")})
    chosen, problems = picked(parameters["column_set"], table, parameter="column_set", types=NUMBERS)
    return Derived(outputs={"results_dataset": Shape(type="table", table=_schema(chosen))}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    import polars as pl

    from mlops.blocks.association import pearson

    table = call.table("dataset")
    chosen, _ = picked(call.parameters["column_set"], table.schema, parameter="column_set", types=NUMBERS)
    schema, names = _schema(chosen), [column.name for column in chosen]
    cells: dict[str, list[float | None]] = {name: [None] * len(names) for name in names}
    for place, name in enumerate(names):
        for other, second in enumerate(names[: place + 1]):
            found = pearson(table.frame[name], table.frame[second])
            cells[name][other] = cells[second][place] = found
        call.report.progress((place + 1) ** 2 / len(names) ** 2)
    columns = [pl.Series(schema.names[0], names, dtype=pl.String)]
    columns += [
        pl.Series(name, values, dtype=pl.Float64) for name, values in zip(schema.names[1:], cells.values(), strict=True)
    ]
    reason = gettext("The table holds statistics of another table, not rows that a model could score.")
    return {"results_dataset": table.broken(pl.DataFrame(columns), schema=schema, reason=reason)}


def _schema(chosen: tuple[Column, ...]) -> TableSchema:
    from mlops.blocks.placing import free_name

    names = [column.name for column in chosen]
    first = Column(name=free_name("Feature", names), type="string")
    columns = (first, *(Column(name=name, type="decimal") for name in names))
    return TableSchema(columns=columns, row_count=len(chosen))
