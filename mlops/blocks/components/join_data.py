"""Join Data: rows of two tables that have the same key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.blocks.placing import free_name
from mlops.blocks.problems import problem
from mlops.blocks.selection import read_selection, resolve
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="join_data",
    version="1",
    title="Join Data",
    group="Data Transformation",
    help="""Puts together the rows of two tables that have the same key.

**When to use it.** What you know of a thing is spread over two tables: orders here, customers there, with the number
of the customer in both.

**Example.** Left: orders of the customers `7, 7, 9`. Right: customers `7 anna`, `8 ben`. *Inner join* gives two rows,
both with `anna`. *Left outer join* gives three, the last without a name. *Full outer join* also gives ben, without an
order. *Left semi join* gives the two orders of anna, without columns of the right table.

**Choices.** One or several key columns on each side, in the same order and of the same types. *Match case* off takes
`Anna` and `anna` as equal. A missing key matches nothing. *Keep right key columns* off drops what says the same as
the left keys.

**What comes out.** Columns of the left table, then those of the right one; names that are there already get ` (1)`.
A left outer join with a small table in which each key occurs once is a look-up: it travels with the model, so that a
request needs the left columns only. With other joins a model scores the joined rows, not the raw ones (a left semi
join only chooses rows, so it does no harm).""",
    inputs=(
        Port(name="left_dataset", type="table", label="Left dataset"),
        Port(name="right_dataset", type="table", label="Right dataset"),
    ),
    outputs=(Port(name="results_dataset", type="table", label="Results dataset"),),
    parameters=(
        Parameter(
            name="join_key_columns_for_left_dataset",
            type="columns",
            label="Join key columns for left dataset",
            required=True,
            port="left_dataset",
            help="The columns that say which rows belong together.",
        ),
        Parameter(
            name="join_key_columns_for_right_dataset",
            type="columns",
            label="Join key columns for right dataset",
            required=True,
            port="right_dataset",
            help="The columns with the same values in the right table.",
        ),
        Parameter(
            name="match_case",
            type="boolean",
            label="Match case",
            default=True,
            help="Capital and small letters differ.",
        ),
        Parameter(
            name="join_type",
            type="choice",
            label="Join type",
            required=True,
            default="inner",
            choices=(
                Choice(value="inner", label="Inner Join"),
                Choice(value="left_outer", label="Left Outer Join"),
                Choice(value="full_outer", label="Full Outer Join"),
                Choice(value="left_semi", label="Left Semi-Join"),
            ),
            help="Which rows are kept.",
        ),
        Parameter(
            name="keep_right_key_columns",
            type="boolean",
            label="Keep right key columns in joined table",
            default=True,
            visible_if={"join_type": ("inner", "left_outer", "full_outer")},
            help="Keep the key columns of the right table as well.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    left, right = inputs["left_dataset"].table, inputs["right_dataset"].table
    lefts, problems = _keys(parameters, left, "left")
    rights, faults = _keys(parameters, right, "right")
    problems += faults
    shape = Shape(type="table")
    if left is not None and right is not None:
        problems += _key_problems(lefts, rights)
        schema, _ = joined_columns(parameters, left, right, [column.name for column in rights])
        shape = Shape(type="table", table=schema)
    return Derived(outputs={"results_dataset": shape}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.joining import join

    left, right = call.table("left_dataset").schema, call.table("right_dataset").schema
    keys = [_keys(call.parameters, table, side)[0] for table, side in ((left, "left"), (right, "right"))]
    names = [[column.name for column in columns] for columns in keys]
    return {"results_dataset": join(call, left_keys=names[0], right_keys=names[1])}


def replay(frame: pl.DataFrame, state: dict[str, Any]) -> pl.DataFrame:
    from mlops.blocks.joining import looked_up

    return looked_up(frame, state)


def joined_columns(
    parameters: Mapping[str, Any], left: TableSchema, right: TableSchema, right_keys: list[str]
) -> tuple[TableSchema, dict[str, str]]:
    """The schema after the join, and the new name of each column that comes from the right."""
    if parameters["join_type"] == "left_semi":
        return TableSchema(columns=left.columns), {}
    columns, renamed = list(left.columns), {}
    for column in right.columns:
        if column.name in right_keys and not parameters["keep_right_key_columns"]:
            continue
        name = free_name(column.name, {each.name for each in columns})
        renamed[column.name] = name
        columns.append(msgspec.structs.replace(column, name=name))
    return TableSchema(columns=tuple(columns)), renamed


def _keys(
    parameters: Mapping[str, Any], table: TableSchema | None, side: str
) -> tuple[tuple[Column, ...], tuple[Problem, ...]]:
    """The key columns in the order in which they were named (with rules: in the table's)."""
    parameter, port = f"join_key_columns_for_{side}_dataset", f"{side}_dataset"
    if table is None or parameters[parameter] is None:
        return (), ()
    selection = read_selection(parameters[parameter])
    names, problems = resolve(selection, table, parameter=parameter, port=port)
    ordered = tuple(dict.fromkeys(selection.names)) if selection.mode == "names" else names
    return tuple(column for name in ordered if (column := table.column(name))), problems


def _key_problems(lefts: tuple[Column, ...], rights: tuple[Column, ...]) -> tuple[Problem, ...]:
    parameter, port = "join_key_columns_for_right_dataset", "right_dataset"
    if not lefts or not rights:
        return ()
    if len(lefts) != len(rights):
        message = _("There are %(count)s key columns on the left and %(count_2)s on the right.") % {
            "count": len(lefts),
            "count_2": len(rights),
        }
        hint = _("Choose as many on both sides, in the same order.")
        return (problem("wrong_number_of_columns", message, hint=hint, parameter=parameter, port=port),)
    found = []
    for left, right in zip(lefts, rights, strict=True):
        if left.type != right.type and {left.type, right.type} != {"integer", "decimal"}:
            message = _("Key '%(name)s' holds %(type)s values, but '%(right_name)s' holds %(right_type)s values.") % {
                "name": left.name,
                "type": left.type,
                "right_name": right.name,
                "right_type": right.type,
            }
            hint = _("Give both the same type with Edit Metadata.")
            where: dict[str, Any] = {"parameter": parameter, "column": right.name, "port": port}
            found.append(problem("column_types_differ", message, hint=hint, **where))
    return tuple(found)
