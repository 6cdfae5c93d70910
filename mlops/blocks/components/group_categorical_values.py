"""Group Categorical Values: many categories become few."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import problem
from mlops.blocks.selection import picked
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="group_categorical_values",
    version="1",
    title="Group Categorical Values",
    group="Data Transformation",
    help="""Puts several categories of a text column under one name, so that there are fewer of them.

**When to use it.** A column has many categories with few rows each, from which no model can learn, or several names
mean the same.

**Example.** With the list

```
german: audi, bmw, porsche
italian: fiat, alfa-romeo
```

`audi` becomes `german`, `fiat` becomes `italian`, and `saab`, which is in no group, becomes `Other`.

**Choices.** *By a list*: one group in a line, its name, a colon, and its categories with commas between. *By number of
rows*: every category with fewer rows than the minimum goes to the rest. The rest gets the name that you give; without a
name, categories in no group stay as they are (in mode *By a list*).

**What comes out.** The table with the grouped columns, marked as categorical; gaps stay gaps. The grouping
transformation does the same to other tables, and a model behind it to requests; categories that were never seen go to
the rest.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(
        Port(name="results_dataset", type="table", label="Results dataset"),
        Port(name="grouping_transformation", type="transformation", label="Grouping transformation"),
    ),
    parameters=(
        Parameter(
            name="columns",
            type="columns",
            label="Columns",
            required=True,
            port="dataset",
            only_types=("string",),
            default={
                "mode": "rules",
                "begin_with": "none",
                "rules": [{"action": "include", "by": "types", "types": ["string"]}],
            },
            help="The text columns to group.",
        ),
        Parameter(
            name="grouping",
            type="choice",
            label="Grouping",
            required=True,
            default="rows",
            choices=(
                Choice(value="list", label="By a list"),
                Choice(value="rows", label="By number of rows"),
            ),
            help="How categories are put together.",
        ),
        Parameter(
            name="groups",
            type="text",
            label="Groups",
            required=True,
            visible_if={"grouping": ("list",)},
            help="One group in a line, such as german: audi, bmw.",
        ),
        Parameter(
            name="minimum_rows",
            type="integer",
            label="Minimum number of rows",
            required=True,
            default=10,
            minimum=1,
            visible_if={"grouping": ("rows",)},
            help="Categories with fewer rows go to the rest.",
        ),
        Parameter(
            name="name_of_the_rest",
            type="string",
            label="Name of the rest",
            default="Other",
            help="What categories in no group become; with a list, empty leaves them as they are.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    outputs = {"results_dataset": Shape(type="table"), "grouping_transformation": Shape(type="transformation")}
    problems = _problems(parameters)
    if table is not None:
        chosen, faults = picked(parameters["columns"], table, parameter="columns")
        problems += faults + _not_text(chosen)
        outputs["results_dataset"] = Shape(type="table", table=_marked(table, chosen))
    return Derived(outputs=outputs, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.values import FittedTransformValue
    from mlops.formats.transform import FittedTransform, Replay

    table, parameters = call.table("dataset"), call.parameters
    chosen, _ = picked(parameters["columns"], table.schema, parameter="columns")
    steps = []
    for column in chosen:
        groups = _groups(table.frame[column.name], parameters)
        state = {"groups": groups, "rest": _rest(parameters)}
        reads = (column.name,)
        steps.append(Replay(component=DEFINITION.name, reads=reads, writes=reads, state=state))
        call.report.log(f"{column.name}: {len(groups)} categories go to {len(set(groups.values()))} groups.")
    fitted = FittedTransformValue(transform=FittedTransform(transforms=tuple(steps)))
    result = table.transformed(*steps).described(_marked(table.schema, chosen).columns)
    return {"results_dataset": result, "grouping_transformation": fitted}


def replay(frame: pl.DataFrame, state: dict[str, Any]) -> pl.DataFrame:
    import polars as pl

    values = pl.col(frame.columns[0])
    rest = values if state["rest"] is None else pl.lit(state["rest"])
    grouped = values.replace_strict(state["groups"], default=rest, return_dtype=pl.String) if state["groups"] else rest
    return frame.select(pl.when(values.is_not_null()).then(grouped).alias("grouped"))


def read_groups(text: str) -> dict[str, str]:
    """Category to group; ValueError with what is wrong."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name, colon, values = line.partition(":")
        members = [value.strip() for value in values.split(",") if value.strip()]
        if not colon or not name.strip() or not members:
            raise ValueError(f"Line {number} is no group.")
        for member in members:
            if member in found:
                raise ValueError(f"Line {number}: '{member}' is in two groups.")
            found[member] = name.strip()
    if not found:
        raise ValueError("There is no group.")
    return found


def _groups(values: pl.Series, parameters: Mapping[str, Any]) -> dict[str, str]:
    if parameters["grouping"] == "list":
        return read_groups(parameters["groups"])
    counts = values.drop_nulls().value_counts(name="rows")
    kept = counts.filter(counts["rows"] >= parameters["minimum_rows"])[values.name].sort().to_list()
    return {value: value for value in kept}


def _rest(parameters: Mapping[str, Any]) -> str | None:
    name = (parameters["name_of_the_rest"] or "").strip()
    return name or ("Other" if parameters["grouping"] == "rows" else None)


def _problems(parameters: Mapping[str, Any]) -> tuple[Problem, ...]:
    if parameters["grouping"] != "list" or not parameters["groups"]:
        return ()
    try:
        read_groups(parameters["groups"])
    except ValueError as error:
        hint = _("Write a name, a colon and categories with commas between, such as german: audi, bmw.")
        return (problem("expression_invalid", str(error), hint=hint, parameter="groups"),)
    return ()


def _not_text(chosen: tuple[Column, ...]) -> tuple[Problem, ...]:
    hint = _("Leave it out of the selection, or make it text with Edit Metadata.")
    return tuple(
        problem(
            "column_type",
            _("Column '%(name)s' holds %(type)s values, not text.") % {"name": column.name, "type": column.type},
            hint=hint,
            parameter="columns",
            column=column.name,
        )
        for column in chosen
        if column.type != "string"
    )


def _marked(table: Any, chosen: tuple[Column, ...]) -> Any:
    import msgspec

    columns = tuple(
        msgspec.structs.replace(column, categorical=True) if column in chosen else column for column in table.columns
    )
    return msgspec.structs.replace(table, columns=columns)
