"""Time-based Split: the past to learn from, the future to test with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.blocks.problems import column_not_found, problem
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import TableSchema

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="time_based_split",
    version="1",
    title="Time-based Split",
    group="Data Transformation",
    training_only=True,
    help="""Divides the rows of a table by time: earlier rows to the first output, later ones to the second.

**When to use it.** The model will predict the future from the past, such as tomorrow's demand. A random split would
let it learn from rows that are later than those it is tested with, and so look better than it is.

**Example.** Two years of days with a share of 0.75: the first 18 months go to Train Model, the last six to Score
Model. With the point in time `2024-07-01`, rows before that day go left.

**Choices.** By a share of the rows or by a point in time. *Rows to leave out between* drops rows right before the
border, where columns such as a moving mean would look across it. Rows of one time always stay together, so a share is
kept as nearly as that allows.

**What comes out.** Two tables with the same columns, rows in their old order. Every row needs a time: gaps are
refused.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(
        Port(name="earlier_rows", type="table", label="Earlier rows"),
        Port(name="later_rows", type="table", label="Later rows"),
    ),
    parameters=(
        Parameter(
            name="time_column",
            type="column",
            label="Time column",
            required=True,
            port="dataset",
            only_types=("date", "integer", "decimal"),
            help="A column of dates, or of numbers that grow with time.",
        ),
        Parameter(
            name="split_by",
            type="choice",
            label="Split by",
            required=True,
            default="share",
            choices=(
                Choice(value="share", label="Share of the rows"),
                Choice(value="point", label="Point in time"),
            ),
            help="How the border is found.",
        ),
        Parameter(
            name="share_of_earlier_rows",
            type="decimal",
            label="Share of earlier rows",
            required=True,
            default=0.75,
            minimum=0,
            maximum=1,
            visible_if={"split_by": ("share",)},
            help="The share of the rows that goes to the first output.",
        ),
        Parameter(
            name="point_in_time",
            type="string",
            label="Point in time",
            required=True,
            visible_if={"split_by": ("point",)},
            help="The first moment of the later rows, such as 2024-07-01 or 2024-07-01 12:00; or a number.",
        ),
        Parameter(
            name="rows_to_leave_out",
            type="integer",
            label="Rows to leave out between",
            default=0,
            minimum=0,
            help="How many of the latest earlier rows are dropped.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    shape = Shape(type="table", table=None if table is None else msgspec.structs.replace(table, row_count=None))
    outputs = {"earlier_rows": shape, "later_rows": shape}
    return Derived(outputs=outputs, problems=_problems(parameters, table))


def run(call: Call) -> dict[str, Value]:
    import polars as pl

    table, parameters = call.table("dataset"), call.parameters
    times = _complete(table.frame[parameters["time_column"]])
    border = _border(times, parameters)
    later = pl.repeat(False, times.len(), dtype=pl.Boolean, eager=True) if border is None else times >= border
    earlier = ~later
    skipped = int(parameters["rows_to_leave_out"] or 0)
    if skipped:
        ranks = times.rank("ordinal").filter(earlier)
        bound = ranks.sort()[-min(skipped, ranks.len())] if ranks.len() else 0
        earlier &= times.rank("ordinal") < bound
    parts = table.filtered(earlier), table.filtered(later)
    call.report.log(
        f"{parts[0].frame.height} earlier and {parts[1].frame.height} later rows; "
        f"the border is {'after all rows' if border is None else border}."
    )
    return {"earlier_rows": parts[0], "later_rows": parts[1]}


def _border(times: pl.Series, parameters: Mapping[str, Any]) -> Any:
    """The first time of the later rows; None: there are none."""
    if parameters["split_by"] == "point":
        return _point(parameters["point_in_time"], is_date=times.dtype.is_temporal())
    wanted = parameters["share_of_earlier_rows"] * times.len()
    counts = times.value_counts(name="rows").sort(times.name)
    before = counts["rows"].cum_sum().shift(1, fill_value=0)
    both = [*before.to_list(), times.len()]
    place = min(range(len(both)), key=lambda each: (abs(both[each] - wanted), each))
    return None if place >= counts.height else counts[times.name][place]


def _point(text: str, *, is_date: bool) -> Any:
    """ValueError where the text is none."""
    return datetime.fromisoformat(text.strip()).replace(tzinfo=None) if is_date else float(text)


def _complete(times: pl.Series) -> pl.Series:
    if times.null_count():
        row = times.is_null().arg_max() or 0
        message = _("Row %(row)s has no value in the time column '%(name)s'.") % {"row": row + 1, "name": times.name}
        hint = _("Put Clean Missing Data with 'Remove entire row' on that column before it.")
        where = Where(parameter="time_column", column=times.name, row=row)
        raise Refusal("missing_value", message, hint=hint, status=422, where=where)
    return times


def _problems(parameters: Mapping[str, Any], table: TableSchema | None) -> tuple[Problem, ...]:
    name = parameters["time_column"]
    if table is None or not name:
        return ()
    column = table.column(name)
    if column is None:
        return (column_not_found(name, table.names, parameter="time_column"),)
    if column.type not in ("date", "integer", "decimal"):
        message = _("Column '%(name)s' holds %(type)s values, which have no order in time.") % {
            "name": name,
            "type": column.type,
        }
        hint = _("Make it a date with Edit Metadata.")
        return (problem("column_type", message, hint=hint, parameter="time_column", column=name),)
    text = parameters["point_in_time"]
    if parameters["split_by"] != "point" or not text:
        return ()
    try:
        _point(text, is_date=column.type == "date")
    except ValueError:
        message = (
            _("'%(text)s' is no date, as column '%(name)s' holds.")
            if column.type == "date"
            else _("'%(text)s' is no number, as column '%(name)s' holds.")
        ) % {"text": text, "name": name}
        hint = _("Write a date such as 2024-07-01.") if column.type == "date" else _("Write a number.")
        return (problem("expression_invalid", message, hint=hint, parameter="point_in_time", value=text),)
    return ()
