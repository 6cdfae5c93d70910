"""Summarize Data: one row of statistics for each column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.formats.component import Component, Derived, Port, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

COUNTS = ("Count", "Unique Value Count", "Missing Value Count")
MEASURES = (
    "Min",
    "Max",
    "Mean",
    "Mean Deviation",
    "1st Quartile",
    "Median",
    "3rd Quartile",
    "Mode",
    "Range",
    "Sample Variance",
    "Sample Standard Deviation",
    "Sample Skewness",
    "Sample Kurtosis",
    "P0.5",
    "P1",
    "P5",
    "P95",
    "P99.5",
)
COLUMNS = (
    Column(name="Feature", type="string"),
    *(Column(name=name, type="integer") for name in COUNTS),
    *(Column(name=name, type="decimal") for name in MEASURES),
)

DEFINITION = Component(
    name="summarize_data",
    version="1",
    title="Summarize Data",
    group="Statistical Functions",
    help="""Describes each column of a table in one row: how many values, how large, how spread.

**When to use it.** To get to know data, to find columns with gaps or odd values, or to keep the figures of a table
beside a run.

**Example.** `price` with `10, 20, 20, (missing)`: Count 4, Unique Value Count 2, Missing Value Count 1, Min 10, Max 20,
Mean 16.67, Median 20, Mode 20.

**Measures.** *Count* is the number of rows. *Mean Deviation* is the mean distance from the mean. Variance, standard
deviation, skewness and kurtosis are those of a sample (the kurtosis of a normal distribution is 0). *P1* is the value
below which 1 % lie; between two values it is interpolated. Of several most frequent values, *Mode* is the smallest.
Text, yes/no and date columns have the three counts only.

**What comes out.** A table with one row for each column, in their order.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(Port(name="results_dataset", type="table", label="Results dataset"),),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    schema = TableSchema(columns=COLUMNS, row_count=None if table is None else len(table.columns))
    return Derived(outputs={"results_dataset": Shape(type="table", table=schema)})


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.summarizing import summary

    table = call.table("dataset")
    frame = summary(table.frame)
    reason = _("The table holds statistics of another table, not rows that a model could score.")
    return {"results_dataset": table.broken(frame, schema=derived_schema(frame.height), reason=reason)}


def derived_schema(rows: int) -> TableSchema:
    return TableSchema(columns=COLUMNS, row_count=rows)
