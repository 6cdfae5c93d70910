"""Convert to Indicator Values: one 0/1 column for each category."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.placing import free_name
from mlops.blocks.problems import problem
from mlops.blocks.selection import picked
from mlops.formats.component import Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

MOST_CATEGORIES = 1_000

DEFINITION = Component(
    name="convert_to_indicator_values",
    version="1",
    title="Convert to Indicator Values",
    group="Data Transformation",
    help="""Turns a column of categories into one column per category that holds 1 or 0.

**When to use it.** A method needs numbers, such as a correlation or a clustering, or you want to see the weight of
each category by itself. Learners of this product do it on their own with text columns.

**Example.** `fuel` is `gas, diesel, gas`. The result has `fuel- diesel` with `0, 1, 0` and `fuel- gas` with
`1, 0, 1`.

**Choices.** The columns must be categorical: text and yes/no columns are; make a number column categorical with
Edit Metadata first. With *Overwrite categorical columns* the original columns give way to the indicators;
otherwise they stay. A column with gaps also gets a column like `fuel- Missing`.

**What comes out.** The table with the indicators at its end, and the *indicator values transformation*: the
categories of this table. Put through it, or in a request to a model behind it, a category that was never seen has 0
in every column.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(
        Port(name="results_dataset", type="table", label="Results dataset"),
        Port(name="indicator_values_transformation", type="transformation", label="Indicator values transformation"),
    ),
    parameters=(
        Parameter(
            name="categorical_columns_to_convert",
            type="columns",
            label="Categorical columns to convert",
            required=True,
            port="dataset",
            default={
                "mode": "rules",
                "begin_with": "none",
                "rules": [{"action": "include", "by": "types", "types": ["string", "boolean", "categorical"]}],
            },
            help="Which columns of categories to convert.",
        ),
        Parameter(
            name="overwrite_categorical_columns",
            type="boolean",
            label="Overwrite categorical columns",
            default=False,
            help="Drop the converted columns and keep only their indicators.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    """Which categories there are is known only from the rows."""
    table = inputs["dataset"].table
    outputs = {"results_dataset": Shape(type="table"), "indicator_values_transformation": Shape(type="transformation")}
    if table is None:
        return Derived(outputs=outputs)
    name = "categorical_columns_to_convert"
    chosen, problems = picked(parameters[name], table, parameter=name)
    return Derived(outputs=outputs, problems=problems + _not_categorical(chosen))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.values import FittedTransformValue
    from mlops.formats.transform import FittedTransform, KeepColumns, Replay, Transform

    table, name = call.table("dataset"), "categorical_columns_to_convert"
    chosen, _ = picked(call.parameters[name], table.schema, parameter=name)
    taken = set(table.schema.names)
    steps: list[Transform] = []
    for column in chosen:
        for level in _levels(table.frame[column.name]):
            written = free_name(f"{column.name}- {'Missing' if level is None else level}", taken)
            taken.add(written)
            state = {"level": level}
            reads, writes = (column.name,), (written,)
            steps.append(Replay(component=DEFINITION.name, reads=reads, writes=writes, fills=True, state=state))
    made = len(steps)
    if call.parameters["overwrite_categorical_columns"]:
        gone = {column.name for column in chosen}
        kept = [column for column in table.schema.names if column not in gone]
        steps.append(KeepColumns(columns=(*kept, *(step.writes[0] for step in steps if isinstance(step, Replay)))))
    call.report.log(f"Made {made} indicator columns of {len(chosen)} columns.")
    fitted = FittedTransformValue(transform=FittedTransform(transforms=tuple(steps)))
    return {"results_dataset": table.transformed(*steps), "indicator_values_transformation": fitted}


def replay(frame: pl.DataFrame, state: dict[str, Any]) -> pl.DataFrame:
    import polars as pl

    value = pl.col(frame.columns[0]).cast(pl.String)
    matches = value.is_null() if state["level"] is None else value == state["level"]
    return frame.select(matches.fill_null(False).cast(pl.Int64))


def _levels(values: pl.Series) -> list[str | None]:
    """Sorted; None at the end where there are gaps."""
    import polars as pl

    found = values.drop_nulls().unique().sort().cast(pl.String)
    if found.len() > MOST_CATEGORIES:
        message = _("Column '%(name)s' holds %(len)s different values, more than %(most_categories)s.") % {
            "name": values.name,
            "len": f"{found.len():,}",
            "most_categories": f"{MOST_CATEGORIES:,}",
        }
        hint = _("Leave it out; identifiers and free text are no categories.")
        where = Where(parameter="categorical_columns_to_convert", column=values.name)
        raise Refusal("too_many_categories", message, hint=hint, status=422, where=where)
    return [*found.to_list(), *([None] if values.null_count() else [])]


def _not_categorical(chosen: tuple[Column, ...]) -> tuple[Problem, ...]:
    unfit = [column for column in chosen if column.type not in ("string", "boolean") and not column.categorical]
    message = _("Column '{0.name}' holds {0.type} values and is not marked as categorical.")
    hint = _("Make it categorical with Edit Metadata, or leave it out of the selection.")
    return tuple(
        problem(
            "column_not_categorical",
            message.format(column),
            hint=hint,
            parameter="categorical_columns_to_convert",
            column=column.name,
        )
        for column in unfit
    )
