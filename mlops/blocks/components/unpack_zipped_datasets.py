"""Unpack Zipped Datasets: a table out of a zip archive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="unpack_zipped_datasets",
    version="1",
    title="Unpack Zipped Datasets",
    group="Data Input and Output",
    help="""Reads one file of a zip archive as a table.

**When to use it.** Several tables belong together and were uploaded as one archive.

**Example.** The archive `sales.zip` holds `january.csv` and `stores/list.tsv`. *Dataset to unpack* `stores/list.tsv`
gives the table of stores. Put one such node for each table that you need.

**Choices.** The name of the file in the archive; empty takes the only file. The format (CSV, TSV, Parquet, JSON lines;
*Automatic* goes by the ending) and whether the first line has names; without, columns are named Col1, Col2 and so on.

**What comes out.** The table, with types found from its first rows.""",
    inputs=(Port(name="dataset", type="zip", label="Zip archive"),),
    outputs=(Port(name="results_dataset", type="table", label="Results dataset"),),
    parameters=(
        Parameter(
            name="dataset_to_unpack",
            type="string",
            label="Dataset to unpack",
            default="",
            help="The file in the archive, such as stores/list.tsv; empty: the only one.",
        ),
        Parameter(
            name="data_format",
            type="choice",
            label="Data format",
            required=True,
            default="auto",
            choices=(
                Choice(value="auto", label="Automatic"),
                Choice(value="csv", label="CSV"),
                Choice(value="tsv", label="TSV"),
                Choice(value="parquet", label="Parquet"),
                Choice(value="jsonl", label="JSON lines"),
            ),
            help="How the file is written.",
        ),
        Parameter(
            name="has_header",
            type="boolean",
            label="File has header row",
            default=True,
            visible_if={"data_format": ("auto", "csv", "tsv")},
            help="The first line holds the names of the columns.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return Derived(outputs={"results_dataset": Shape(type="table")})


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.unpacking import unpacked

    return {"results_dataset": unpacked(call)}
