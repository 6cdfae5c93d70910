"""Convert to CSV: a table as a file to take away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.formats.component import Component, Derived, Port, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="convert_to_csv",
    version="1",
    title="Convert to CSV",
    group="Data Transformation",
    help="""Writes a table to a file with commas between values, which every spreadsheet and program can read.

**When to use it.** You want to take a table out of the pipeline, or hand it to a script as a file. For other formats or
a file name of your own, take Export Data.

**Example.** A table with `make` and `price` becomes `data.csv` with the lines `make,price`, `audi,13950`, `bmw,16430`.

**Choices.** There is nothing to set. The first line has the names of the columns, text is UTF-8, a gap is nothing
between commas, a value with a comma or a quote stands in quotes, dates look like `2024-05-31T10:00:00`.

**What comes out.** One file, `data.csv`. Open the result of the step to download it.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(Port(name="results_dataset", type="zip", label="CSV file"),),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return Derived(outputs={"results_dataset": Shape(type="zip")})


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.exporting import exported

    return {"results_dataset": exported(call, file_name="data", format="csv")}
