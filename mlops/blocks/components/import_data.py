"""Import Data: a table from an address on the web."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mlops.blocks.problems import problem
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

TEXTS = ("auto", "csv", "tsv")

DEFINITION = Component(
    name="import_data",
    version="1",
    title="Import Data",
    group="Data Input and Output",
    help="""Fetches a table from an address on the web when the pipeline runs.

**When to use it.** The data are published under a fixed address and change there, such as a daily list. For a file of
yours, upload a dataset: it has versions, a profile and a history.

**Example.** The address `https://example.org/prices.csv` with *Automatic* gives a table with the columns of that file.

**Choices.** The format (CSV, TSV, Parquet, JSON lines; *Automatic* goes by the ending and what the server says) and
whether the first line has names; without, columns are
named Col1, Col2 and so on. The address may be a
pipeline parameter. The server that runs the step fetches from public addresses only; its administrator can allow
others.

**What comes out.** The table, with types found from the first rows. The result is kept: a later run with the same
address takes it from there. Choose *Regenerate output* on the node to fetch anew each time.""",
    outputs=(Port(name="dataset", type="table", label="Dataset"),),
    parameters=(
        Parameter(
            name="url",
            type="string",
            label="Data source URL",
            required=True,
            help="Such as https://example.org/prices.csv.",
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
            label="CSV or TSV has header row",
            default=True,
            visible_if={"data_format": TEXTS},
            help="The first line holds the names of the columns.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    """What lies at the address is not looked at while drawing."""
    return Derived(outputs={"dataset": Shape(type="table")}, problems=_problems(parameters["url"] or ""))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.importing import imported

    return {"dataset": imported(call)}


def _problems(url: str) -> tuple[Problem, ...]:
    if not url:
        return ()
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # raises where it is none
    except ValueError as error:
        return (_fault(url, f"it is not well formed ({error})"),)
    if parts.scheme not in ("http", "https"):
        return (_fault(url, "only addresses with http:// or https:// can be fetched"),)
    if not parts.hostname:
        return (_fault(url, "it names no server"),)
    if parts.username or parts.password:
        return (_fault(url, "it holds a user name or password, which everybody could read here"),)
    return ()


def _fault(url: str, reason: str) -> Problem:
    hint = _("Write an address such as https://example.org/prices.csv, or upload the file as a dataset.")
    message = _("The address cannot be used: %(reason)s.") % {"reason": reason}
    return problem("url_invalid", message, hint=hint, parameter="url", value=url.split("@")[-1][:200])
