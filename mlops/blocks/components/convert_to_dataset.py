"""Convert to Dataset: say which value stands for a gap, or replace one value by another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.components.clean_missing_data import substitute
from mlops.blocks.problems import problem
from mlops.blocks.selection import ALL_COLUMNS, picked
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, ColumnType

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Table, Value

REPLACE = {"action": ("replace_values",)}

DEFINITION = Component(
    name="convert_to_dataset",
    version="1",
    title="Convert to Dataset",
    group="Data Transformation",
    help="""Replaces one value by another in whole cells, or says which value of the data stands for a gap.

**When to use it.** A file writes gaps in its own way (`?`, `n/a`, `-999`), or one code must become another.

**Example.** *Set missing value* with `?` makes `audi, ?, bmw` to `audi, (missing), bmw`. *Replace values* of
`-999` by `0` makes the column `12, -999` to `12, 0`; 1999 stays as it is, because only whole values count.

**Choices.** *Missing* as the value to replace fills gaps. The new value must fit the type of every column in which
something is replaced; otherwise the step says which column, instead of leaving it as it was. Choose fewer columns
to leave others alone. *Sparse output* changes nothing here, because tables are stored compressed anyway.

**What comes out.** The table with the same columns and types. The same replacement is done on requests to a model
that is trained behind it. Note that a text column of numbers stays text: make it a number with Edit Metadata.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(Port(name="results_dataset", type="table", label="Results dataset"),),
    parameters=(
        Parameter(
            name="action",
            type="choice",
            label="Action",
            required=True,
            default="none",
            choices=(
                Choice(value="none", label="None"),
                Choice(value="set_missing_value", label="SetMissingValue"),
                Choice(value="replace_values", label="ReplaceValues"),
                Choice(value="sparse_output", label="SparseOutput"),
            ),
            help="What to do with the table.",
        ),
        Parameter(
            name="custom_missing_value",
            type="string",
            label="Custom missing value",
            required=True,
            default="?",
            visible_if={"action": ("set_missing_value",)},
            help="The value that stands for a gap.",
        ),
        Parameter(
            name="replace",
            type="choice",
            label="Replace",
            required=True,
            default="missing",
            choices=(Choice(value="missing", label="Missing"), Choice(value="custom", label="Custom")),
            visible_if=REPLACE,
            help="Whether gaps or a value of your own are replaced.",
        ),
        Parameter(
            name="custom_value",
            type="string",
            label="Custom value",
            required=True,
            default="obs",
            visible_if=REPLACE | {"replace": ("custom",)},
            help="The value that is replaced.",
        ),
        Parameter(
            name="new_value",
            type="string",
            label="New value",
            required=True,
            default="0",
            visible_if=REPLACE,
            help="The value that is put in its place.",
        ),
        Parameter(
            name="columns",
            type="columns",
            label="Columns",
            required=True,
            default=ALL_COLUMNS,
            port="dataset",
            visible_if={"action": ("set_missing_value", "replace_values")},
            help="Where to look.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    problems: tuple[Problem, ...] = ()
    if table is not None and parameters["action"] in ("set_missing_value", "replace_values"):
        problems = picked(parameters["columns"], table, parameter="columns")[1]
    return Derived(outputs={"results_dataset": Shape(type="table", table=table)}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.formats.transform import Replay

    table, parameters = call.table("dataset"), call.parameters
    if parameters["action"] not in ("set_missing_value", "replace_values"):
        return {"results_dataset": table}
    steps = []
    for column in picked(parameters["columns"], table.schema, parameter="columns")[0]:
        state = _state(column, table, parameters)
        if state is not None:
            fills = state["new"] is not None
            reads = (column.name,)
            steps.append(
                Replay(component="convert_to_dataset", reads=reads, writes=reads, fills=fills, state=dict(state))
            )
    call.report.log(f"Replaced values in {len(steps)} columns.")
    return {"results_dataset": table.transformed(*steps)}


def replay(frame: pl.DataFrame, state: dict[str, Any]) -> pl.DataFrame:
    import polars as pl

    name = frame.columns[0]
    values, new = pl.col(name), _literal(state["new"], frame.schema[name])
    matches = values.is_null() if state["old"] is None else values == _literal(state["old"], frame.schema[name])
    return frame.select(pl.when(matches).then(new).otherwise(values).alias(name))


def _state(column: Column, table: Table, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
    """`old` and `new` in the column's type (None: missing); None where the old value cannot be in the column."""
    from mlops.blocks.problems import as_refusal

    if parameters["action"] == "set_missing_value":
        old = _fitting(parameters["custom_missing_value"], column.type)
        return None if old is None else {"old": old, "new": None}
    old = None if parameters["replace"] == "missing" else _fitting(parameters["custom_value"], column.type)
    if old is None and parameters["replace"] != "missing":
        return None
    new = _fitting(parameters["new_value"], column.type)
    if new is None:
        if not _occurs(table, column.name, old):
            return None
        raise as_refusal(_unfit(column, parameters["new_value"]))
    return {"old": old, "new": new}


def _unfit(column: Column, text: str) -> Problem:
    message = _("'%(text)s' is no %(type)s value, so it cannot stand in column '%(name)s'.") % {
        "text": text,
        "type": column.type,
        "name": column.name,
    }
    hint = _("Choose a value of the column's type, or leave the column out of the selection.")
    return problem("replacement_unfit", message, hint=hint, parameter="new_value", column=column.name, value=text)


def _occurs(table: Table, name: str, old: Any) -> bool:
    if old is None:
        return table.figures(name).gaps > 0
    import polars as pl

    looked_for = pl.select(_literal(old, table.figures(name).dtype)).to_series()[0]
    return any(bool((piece[name] == looked_for).any()) for piece in table.select_pieces([name]))


def _fitting(text: str, type_: ColumnType) -> float | int | str | bool | None:
    try:
        return substitute(str(text), type_)
    except ValueError:
        return None


def _literal(value: Any, dtype: Any) -> pl.Expr:
    import polars as pl

    if value is not None and dtype == pl.Datetime("us"):
        from datetime import datetime

        value = datetime.fromisoformat(value)
    return pl.lit(value, dtype=dtype)
