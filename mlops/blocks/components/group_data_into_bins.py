"""Group Data into Bins: numbers become the number of the range that they lie in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.placing import Result, output_mode, placed, put
from mlops.blocks.problems import column_not_found, problem
from mlops.blocks.selection import NUMERIC_COLUMNS, picked
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, ColumnType, TableSchema

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

NUMBERS = ("integer", "decimal")

DEFINITION = Component(
    name="group_data_into_bins",
    version="1",
    title="Group Data into Bins",
    group="Data Transformation",
    help="""Groups the numbers of a column into ranges (bins) and replaces each by the number of its bin.

**When to use it.** The exact value is noise and the size class is what counts (age groups, price classes), or a
linear model should treat low, middle and high values differently.

**Example.** `age` is `5, 17, 30, 64` with custom edges `18, 60`: bin 1 reaches up to 18, bin 2 from above 18 up to
60, bin 3 above 60. The result is `1, 1, 2, 3`. An edge belongs to the bin below it.

**Modes.** *Quantiles*: bins with about the same number of rows. *Equal Width*: bins of the same size between
smallest and largest value. *Custom Edges*: your own limits, with commas between. *Entropy MDL*: limits that
separate the classes of a label best, as many as pay (Fayyad and Irani). With *Quantiles*, the values may be given as
the number of the bin, as its upper share from 0 to 1 (*PQuantile*) or as that in percent.

**What comes out.** The table with the bins, marked as categorical, so that a learner treats each bin by itself, and
the *binning function*: the edges that were learned. Values beyond the outer edges fall into the outer bins, gaps
stay gaps. A model behind it bins requests with the same edges.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(
        Port(name="quantized_dataset", type="table", label="Quantized dataset"),
        Port(name="binning_transformation", type="transformation", label="Binning transformation"),
    ),
    parameters=(
        Parameter(
            name="binning_mode",
            type="choice",
            label="Binning mode",
            required=True,
            default="quantiles",
            choices=(
                Choice(value="quantiles", label="Quantiles"),
                Choice(value="equal_width", label="Equal Width"),
                Choice(value="custom_edges", label="Custom Edges"),
                Choice(value="entropy_mdl", label="Entropy MDL"),
            ),
            help="How the edges of the bins are found.",
        ),
        Parameter(
            name="number_of_bins",
            type="integer",
            label="Number of bins",
            required=True,
            default=10,
            minimum=1,
            maximum=10_000,
            visible_if={"binning_mode": ("quantiles", "equal_width")},
            help="How many bins.",
        ),
        Parameter(
            name="quantile_normalization",
            type="choice",
            label="Quantile normalization",
            required=True,
            default="quantile_index",
            choices=(
                Choice(value="percent", label="Percent"),
                Choice(value="pquantile", label="PQuantile"),
                Choice(value="quantile_index", label="QuantileIndex"),
            ),
            visible_if={"binning_mode": ("quantiles",)},
            help="The bin as its number, or as the share of the rows up to it.",
        ),
        Parameter(
            name="comma_separated_list_of_bin_edges",
            type="string",
            label="Comma-separated list of bin edges",
            required=True,
            default="0",
            visible_if={"binning_mode": ("custom_edges",)},
            help="The limits between bins, such as 18, 60.",
        ),
        Parameter(
            name="label_column",
            type="column",
            label="Label column",
            required=True,
            port="dataset",
            visible_if={"binning_mode": ("entropy_mdl",)},
            help="The classes that the bins shall separate.",
        ),
        Parameter(
            name="columns_to_bin",
            type="columns",
            label="Columns to bin",
            required=True,
            default=NUMERIC_COLUMNS,
            port="dataset",
            only_types=NUMBERS,
            help="Which number columns to group.",
        ),
        output_mode(),
        Parameter(
            name="tag_columns_as_categorical",
            type="boolean",
            label="Tag columns as categorical",
            default=True,
            help="Mark the bins as categories; otherwise learners take them as numbers.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    outputs = {"quantized_dataset": Shape(type="table"), "binning_transformation": Shape(type="transformation")}
    problems = _edge_problems(parameters)
    if table is None:
        return Derived(outputs=outputs, problems=problems)
    label = parameters["label_column"]
    if parameters["binning_mode"] == "entropy_mdl" and label and table.column(label) is None:
        problems += (column_not_found(label, table.names, parameter="label_column"),)
    _, schema, faults = _planned(parameters, table)
    outputs["quantized_dataset"] = Shape(type="table", table=schema)
    return Derived(outputs=outputs, problems=problems + faults)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.binning import learned
    from mlops.blocks.values import FittedTransformValue
    from mlops.formats.transform import FittedTransform, Replay

    table, parameters = call.table("dataset"), call.parameters
    results, schema, _ = _planned(parameters, table.schema)
    steps = []
    for result in results:
        state = learned(table.frame, result.source, parameters)
        call.report.log(f"{result.source}: {len(state['edges']) + 1} bins")
        reads, writes = (result.source,), (result.column.name,)
        steps.append(Replay(component="group_data_into_bins", reads=reads, writes=writes, state=state))
    made, every = put(table, steps, schema, parameters["output_mode"])
    fitted = FittedTransformValue(transform=FittedTransform(transforms=every))
    return {"quantized_dataset": made, "binning_transformation": fitted}


def replay(frame: pl.DataFrame, state: dict[str, Any]) -> pl.DataFrame:
    from mlops.blocks.binning import binned

    return binned(frame, state)


def edges(text: str) -> list[float]:
    """Sorted, each once; ValueError where the text is no list of numbers."""
    import math

    found = sorted({float(part) for part in text.split(",") if part.strip()})
    if not found or not all(math.isfinite(edge) for edge in found):
        raise ValueError(text)
    return found


def _planned(
    parameters: Mapping[str, Any], table: TableSchema
) -> tuple[tuple[Result, ...], TableSchema, tuple[Problem, ...]]:
    chosen, problems = picked(parameters["columns_to_bin"], table, parameter="columns_to_bin", types=NUMBERS)
    if parameters["binning_mode"] == "entropy_mdl":
        chosen = tuple(column for column in chosen if column.name != parameters["label_column"])
    share = parameters["binning_mode"] == "quantiles" and parameters["quantile_normalization"] != "quantile_index"
    type_: ColumnType = "decimal" if share else "integer"
    results = [
        Result(
            source=column.name,
            column=Column(
                name=f"{column.name}_quantized", type=type_, categorical=parameters["tag_columns_as_categorical"]
            ),
        )
        for column in chosen
    ]
    named, schema = placed(table, results, parameters["output_mode"])
    return named, schema, problems


def _edge_problems(parameters: Mapping[str, Any]) -> tuple[Problem, ...]:
    if parameters["binning_mode"] != "custom_edges":
        return ()
    name = "comma_separated_list_of_bin_edges"
    try:
        edges(parameters[name])
    except ValueError:
        message = _("'%(parameters)s' is no list of numbers.") % {"parameters": parameters[name]}
        hint = _("Write the limits with commas between, such as 18, 60.")
        return (problem("expression_invalid", message, hint=hint, parameter=name, value=parameters[name]),)
    return ()
