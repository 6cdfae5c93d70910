"""Principal Component Analysis: few columns that hold most of what many say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.placing import free_name
from mlops.blocks.problems import problem
from mlops.blocks.selection import NUMERIC_COLUMNS, picked
from mlops.formats.component import Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

NUMBERS = ("integer", "decimal")

DEFINITION = Component(
    name="principal_component_analysis",
    version="1",
    title="Principal Component Analysis",
    group="Data Transformation",
    help="""Replaces many number columns by a few new ones that keep as much of their variation as possible.

**When to use it.** Many columns say nearly the same, such as measurements of one thing, or you want to draw rows with
many columns in two dimensions. Leave the column that you want to predict out of the selection.

**Example.** `length`, `width` and `weight` of cars all grow together: with 1 dimension they become `PC1`, a kind of
size, which holds 90 % of their variation (the log says how much).

**Choices.** The columns and the number of dimensions. Columns in large units would outweigh the others, so put
Normalize Data before it unless all have one unit. *Normalize to zero mean* subtracts the mean of each column, as is
usual.

**What comes out.** The table without the chosen columns and with `PC1`, `PC2` and so on, most important first, and the
transformation. A row with a gap in a chosen column has gaps in the new ones. A model behind it does the same to
requests.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(
        Port(name="results_dataset", type="table", label="Results dataset"),
        Port(name="pca_transformation", type="transformation", label="PCA transformation"),
    ),
    parameters=(
        Parameter(
            name="selected_columns",
            type="columns",
            label="Selected columns",
            required=True,
            default=NUMERIC_COLUMNS,
            port="dataset",
            only_types=NUMBERS,
            help="The number columns to bring together.",
        ),
        Parameter(
            name="number_of_dimensions",
            type="integer",
            label="Number of dimensions to reduce to",
            required=True,
            default=2,
            minimum=1,
            maximum=10_000,
            help="How many new columns; at most as many as were chosen.",
        ),
        Parameter(
            name="normalize_to_zero_mean",
            type="boolean",
            label="Normalize dense dataset to zero mean",
            default=True,
            help="Subtract the mean of each column first.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    outputs = {"results_dataset": Shape(type="table"), "pca_transformation": Shape(type="transformation")}
    if table is None:
        return Derived(outputs=outputs)
    chosen, problems = picked(parameters["selected_columns"], table, parameter="selected_columns", types=NUMBERS)
    problems += _problems(parameters, len(chosen))
    outputs["results_dataset"] = Shape(type="table", table=_planned(parameters, table, chosen)[1])
    return Derived(outputs=outputs, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.components_of_variation import axes
    from mlops.blocks.values import FittedTransformValue
    from mlops.formats.transform import FittedTransform, KeepColumns, Replay, Transform

    table, parameters = call.table("dataset"), call.parameters
    chosen, _ = picked(parameters["selected_columns"], table.schema, parameter="selected_columns", types=NUMBERS)
    names = tuple(column.name for column in chosen)
    added, schema = _planned(parameters, table.schema, chosen)
    found = axes(table.frame.select(names), len(added), centred=parameters["normalize_to_zero_mean"])
    steps: list[Transform] = []
    for name, axis, share in zip(added, found.axes, found.shares, strict=True):
        state = {"mean": found.mean, "axis": axis}
        steps.append(Replay(component=DEFINITION.name, reads=names, writes=(name,), state=state))
        call.report.log(f"{name} holds {share:.1%} of the variation.")
    steps.append(KeepColumns(columns=schema.names))
    fitted = FittedTransformValue(transform=FittedTransform(transforms=tuple(steps)))
    result = table.transformed(*steps).described(schema.columns)
    return {"results_dataset": result, "pca_transformation": fitted}


def replay(frame: pl.DataFrame, state: dict[str, Any]) -> pl.DataFrame:
    from mlops.blocks.components_of_variation import projected

    return projected(frame, state)


def _planned(
    parameters: Mapping[str, Any], table: TableSchema, chosen: tuple[Column, ...]
) -> tuple[list[str], TableSchema]:
    kept = tuple(column for column in table.columns if column not in chosen)
    taken = {column.name for column in table.columns}
    added: list[str] = []
    for place in range(min(int(parameters["number_of_dimensions"]), len(chosen))):
        added.append(free_name(f"PC{place + 1}", taken))
        taken.add(added[-1])
    columns = (*kept, *(Column(name=name, type="decimal") for name in added))
    return added, TableSchema(columns=columns, row_count=table.row_count)


def _problems(parameters: Mapping[str, Any], count: int) -> tuple[Problem, ...]:
    wanted = parameters["number_of_dimensions"]
    if not count or wanted <= count:
        return ()
    message = _("%(wanted)s dimensions are wanted, but only %(count)s columns are chosen.") % {
        "wanted": wanted,
        "count": count,
    }
    hint = _("Take at most %(count)s, or choose more columns.") % {"count": count}
    return (problem("parameter_range", message, hint=hint, parameter="number_of_dimensions"),)
