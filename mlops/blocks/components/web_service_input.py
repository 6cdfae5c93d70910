"""Web Service Input: where the rows of a request enter an inference pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.blocks.selection import read_selection, resolve
from mlops.formats.component import Component, Derived, Parameter, Port, Shape
from mlops.formats.inference import SERVICE_INPUT
from mlops.formats.table import TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

NO_COLUMNS = {"mode": "names", "names": []}

DEFINITION = Component(
    name=SERVICE_INPUT,
    version="1",
    title="Web Service Input",
    group="Web Service",
    help="""Where the rows of a request enter the pipeline. The sample says which columns a request has.

**When to use it.** Once in each real-time inference pipeline; *Create inference pipeline* places it. Connect the
data that requests look like, and name the columns that a request does not have, above all the label.

**Example.** Sample: the cars of the training data, without `price`. A request then has the other 25 columns, and
the model answers with the price.

**What comes out.** While you run the pipeline here: the first rows of the sample, to see what becomes of them. In
the deployed service: the rows of each request.""",
    inputs=(Port(name="sample", type="table", label="Sample data"),),
    outputs=(Port(name="request", type="table", label="Request"),),
    parameters=(
        Parameter(
            name="name",
            type="string",
            label="Name",
            required=True,
            default="input1",
            help="The name of this input in the service.",
        ),
        Parameter(
            name="columns_that_requests_lack",
            type="columns",
            label="Columns that requests lack",
            default=NO_COLUMNS,
            port="sample",
            help="Such as the label, which the model is to predict.",
        ),
        Parameter(
            name="rows_of_the_sample",
            type="integer",
            label="Rows of the sample",
            default=1000,
            minimum=1,
            maximum=10_000,
            help="How many rows go through the pipeline when you run it here.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    """Columns that lack already are no problem: the data of a batch need not have a label."""
    table = inputs["sample"].table
    if table is None:
        return Derived(outputs={"request": Shape(type="table")})
    dropped = lacking(parameters["columns_that_requests_lack"], table)
    columns = tuple(column for column in table.columns if column.name not in dropped)
    return Derived(outputs={"request": Shape(type="table", table=TableSchema(columns=columns))})


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.values import new_table

    sample = call.table("sample")
    dropped = lacking(call.parameters["columns_that_requests_lack"], sample.schema)
    frame = sample.frame.head(call.parameters["rows_of_the_sample"]).drop(dropped)
    columns = tuple(column for column in sample.schema.columns if column.name not in dropped)
    call.report.log(f"A request has {len(columns)} columns; {frame.height} rows of the sample are tried.")
    schema = msgspec.structs.replace(sample.schema, columns=columns, row_count=frame.height)
    return {"request": new_table(frame, sources=sample.meta.sources, schema=schema)}


def lacking(selection: Any, table: TableSchema) -> tuple[str, ...]:
    """The columns of the table that are left out."""
    if not selection:
        return ()
    names, _faults = resolve(read_selection(selection), table, parameter="columns_that_requests_lack")
    return tuple(names)
