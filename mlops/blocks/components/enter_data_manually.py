"""Enter Data Manually: a small table, typed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.entering import EntryError, read_entry
from mlops.blocks.problems import problem
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Shape
from mlops.formats.table import TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="enter_data_manually",
    version="1",
    title="Enter Data Manually",
    group="Data Input and Output",
    help="""A small table that you type or paste in.

**When to use it.** A list of labels, a translation of codes, a few rows to try something with. Larger data are
better uploaded as a dataset, which is kept once and has versions.

**Example.** With *CSV* and *Has header*:

```
fuel,price
gas,1.79
diesel,1.65
```

gives two rows with a text column and a decimal column.

**Choices.** *CSV* has commas between values, *TSV* tabs; a value with a comma stands in quotes. *ARFF* is the format
of Weka (`@attribute`, `@data`), *SVMLight* has lines such as `1 3:0.5 7:2`. Without a header, columns are named
Col1, Col2 and so on. An empty value is missing.

**What comes out.** The table. Types are found from the values: whole numbers, decimals, true/false, dates such as
2024-05-31, else text. Everything is read while you draw, so mistakes are told with their line at once.""",
    outputs=(Port(name="dataset", type="table", label="Dataset"),),
    parameters=(
        Parameter(
            name="data_format",
            type="choice",
            label="DataFormat",
            required=True,
            default="csv",
            choices=(
                Choice(value="csv", label="CSV"),
                Choice(value="tsv", label="TSV"),
                Choice(value="arff", label="ARFF"),
                Choice(value="svmlight", label="SVMLight"),
            ),
            help="How the text is written.",
        ),
        Parameter(
            name="has_header",
            type="boolean",
            label="HasHeader",
            default=True,
            visible_if={"data_format": ("csv", "tsv")},
            help="The first line holds the names of the columns.",
        ),
        Parameter(name="data", type="text", label="Data", required=True, help="The rows. One line is one row."),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    if not parameters["data"]:
        return Derived(outputs={"dataset": Shape(type="table")})
    try:
        entry = _entry(parameters)
    except EntryError as error:
        fault = problem("entry_invalid", str(error), hint=error.hint, parameter="data", row=error.line)
        return Derived(outputs={"dataset": Shape(type="table")}, problems=(fault,))
    schema = TableSchema(columns=entry.columns, row_count=len(entry.rows))
    return Derived(outputs={"dataset": Shape(type="table", table=schema)})


def run(call: Call) -> dict[str, Value]:
    import polars as pl

    from mlops.blocks.values import new_table
    from mlops.stats.schema import storage_type

    entry = _entry(call.parameters)
    columns = [
        pl.Series(column.name, [row[place] for row in entry.rows], dtype=storage_type(column.type))
        for place, column in enumerate(entry.columns)
    ]
    schema = TableSchema(columns=entry.columns, row_count=len(entry.rows))
    call.report.log(f"{len(entry.rows)} rows with {len(columns)} columns.")
    return {"dataset": new_table(pl.DataFrame(columns), schema=schema)}


def _entry(parameters: Mapping[str, Any]) -> Any:
    return read_entry(parameters["data"], format=parameters["data_format"], has_header=parameters["has_header"])
