"""Export Data: a table as a file of a format and name of your own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import problem
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

NAME = re.compile(r"^[\w][\w .()-]{0,99}$")

DEFINITION = Component(
    name="export_data",
    version="1",
    title="Export Data",
    group="Data Input and Output",
    help="""Writes a table to a file that you can download from the result of the run.

**When to use it.** At the end of a pipeline whose result somebody needs outside: scored rows for a campaign, cleaned
data for a report.

**Example.** File name `late-flights` and the format *Parquet* give the file `late-flights.parquet`.

**Formats.** *CSV* and *TSV* for spreadsheets; *Parquet* keeps types, is small and quick to read for programs; *JSON
lines* has one object a line.

**What comes out.** One file. Open the result of the step to download it, or fetch it by the REST API. The run keeps it
as long as the run itself is kept.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(Port(name="exported_file", type="zip", label="Exported file"),),
    parameters=(
        Parameter(
            name="file_name",
            type="string",
            label="File name",
            required=True,
            default="export",
            help="Without ending. Letters, digits, blanks and . ( ) - _.",
        ),
        Parameter(
            name="file_format",
            type="choice",
            label="File format",
            required=True,
            default="csv",
            choices=(
                Choice(value="csv", label="CSV"),
                Choice(value="tsv", label="TSV"),
                Choice(value="parquet", label="Parquet"),
                Choice(value="jsonl", label="JSON lines"),
            ),
            help="How the file is written.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    problems: tuple[Problem, ...] = ()
    name = parameters["file_name"]
    if name and not NAME.match(name):
        message = _("'%(name)s' is no name for a file.") % {"name": name}
        hint = _("Use letters, digits, blanks and . ( ) - _, at most 100 of them.")
        problems = (problem("file_name_invalid", message, hint=hint, parameter="file_name", value=name[:100]),)
    return Derived(outputs={"exported_file": Shape(type="zip")}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.exporting import exported

    name, format = call.parameters["file_name"], call.parameters["file_format"]
    return {"exported_file": exported(call, file_name=name, format=format)}
