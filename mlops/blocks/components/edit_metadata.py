"""Edit Metadata: rename columns, change their type, mark them as categories, features, labels or weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.blocks.problems import problem
from mlops.blocks.selection import chosen_columns, read_selection, resolve
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, Role, TableSchema
from mlops.formats.transform import Cast, Rename, Transform

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

ROLES: dict[str, Role] = {"features": "feature", "labels": "label", "weights": "weight", "clear": "feature"}

DEFINITION = Component(
    name="edit_metadata",
    version="1",
    title="Edit Metadata",
    group="Data Transformation",
    help="""Changes what a table says about its columns: name, data type, and what they are for.

**When to use it.** A postcode was read as a number but is a category; text such as `12.5` should be a number;
columns are named `Col1, Col2`; another column is the one to predict.

**Example.** Column `symboling`, *Make categorical*: the values -3 to 3 become seven categories instead of a
scale.

**Choices.** *Data type*: a value that cannot be converted stops the run and is named with its row.
*Categorical*: a model learns one effect per category. *Fields*: a label or weight is not used as a feature.
*New column names*: one name per chosen column, with commas between, in the order of the table.

**What comes out.** The same rows with the new names, types and marks. A model trained on it converts and
renames requests by itself, so that callers keep using the old names.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(Port(name="results_dataset", type="table", label="Results dataset"),),
    parameters=(
        Parameter(
            name="column",
            type="columns",
            label="Column",
            required=True,
            port="dataset",
            help="The columns to change.",
        ),
        Parameter(
            name="data_type",
            type="choice",
            label="Data type",
            default="unchanged",
            choices=(
                Choice(value="unchanged", label="Unchanged"),
                Choice(value="string", label="String"),
                Choice(value="integer", label="Integer"),
                Choice(value="decimal", label="Decimal"),
                Choice(value="boolean", label="Boolean"),
                Choice(value="date", label="DateTime"),
            ),
            help="The new type of the values.",
        ),
        Parameter(
            name="categorical",
            type="choice",
            label="Categorical",
            default="unchanged",
            choices=(
                Choice(value="unchanged", label="Unchanged"),
                Choice(value="categorical", label="Make categorical"),
                Choice(value="non_categorical", label="Make non-categorical"),
            ),
            help="Whether values stand for categories.",
        ),
        Parameter(
            name="fields",
            type="choice",
            label="Fields",
            default="unchanged",
            choices=(
                Choice(value="unchanged", label="Unchanged"),
                Choice(value="features", label="Features"),
                Choice(value="labels", label="Labels"),
                Choice(value="weights", label="Weights"),
                Choice(value="clear", label="Clear"),
            ),
            help="What the columns are for.",
        ),
        Parameter(
            name="new_column_names",
            type="string",
            label="New column names",
            default="",
            help="New names with commas between, one per chosen column; empty keeps the names.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    if table is None or parameters["column"] is None:
        return Derived(outputs={"results_dataset": Shape(type="table")})
    names, problems = resolve(read_selection(parameters["column"]), table, parameter="column")
    columns, faults = _edited(parameters, table, names)
    shape = Shape(type="table", table=TableSchema(columns=columns, row_count=table.row_count))
    return Derived(outputs={"results_dataset": shape}, problems=problems + faults)


def run(call: Call) -> dict[str, Value]:
    table = call.table("dataset")
    names = chosen_columns(call.parameters["column"], table.schema, parameter="column")
    columns, _ = _edited(call.parameters, table.schema, names)
    type_ = call.parameters["data_type"]
    steps: list[Transform] = []
    if type_ != "unchanged":
        changed = [name for name in names if _type_of(table.schema, name) != type_]
        steps += [Cast(column=name, type=type_) for name in changed]
    renamed = {
        old.name: new.name for old, new in zip(table.schema.columns, columns, strict=True) if old.name != new.name
    }
    if renamed:
        steps.append(Rename(names=renamed))
    call.report.log(f"Changed {len(names)} columns.")
    return {"results_dataset": table.transformed(*steps).described(columns)}


def _type_of(table: TableSchema, name: str) -> str:
    column = table.column(name)
    return column.type if column else ""


def _edited(
    parameters: Mapping[str, Any], table: TableSchema, names: tuple[str, ...]
) -> tuple[tuple[Column, ...], tuple[Problem, ...]]:
    """All columns after the change, and what is wrong with it."""
    new_names, problems = _new_names(parameters, names)
    edited = []
    for column in table.columns:
        if column.name not in names:
            edited.append(column)
            continue
        problems += _type_problems(parameters, column)
        edited.append(_edited_column(parameters, column, new_names.get(column.name, column.name)))
    for name, count in Counter(column.name for column in edited).items():
        if count > 1:
            message = _("%(count)s columns would be named '%(name)s'.") % {"count": count, "name": name}
            hint = _("Give every column a name of its own.")
            problems += (problem("duplicate_column", message, hint=hint, parameter="new_column_names", column=name),)
            edited = list(table.columns)
    return tuple(edited), problems


def _new_names(parameters: Mapping[str, Any], names: tuple[str, ...]) -> tuple[dict[str, str], tuple[Problem, ...]]:
    text = (parameters["new_column_names"] or "").strip()
    if not text:
        return {}, ()
    wanted = [name.strip() for name in text.split(",")]
    if len(wanted) == len(names) and all(wanted):
        return dict(zip(names, wanted, strict=True)), ()
    message = _("There are %(count)s new names for %(count_2)s chosen columns.") % {
        "count": len(wanted),
        "count_2": len(names),
    }
    hint = _("Write one name per chosen column, with commas between.")
    return {}, (problem("wrong_number_of_names", message, hint=hint, parameter="new_column_names"),)


def _type_problems(parameters: Mapping[str, Any], column: Column) -> tuple[Problem, ...]:
    wanted = parameters["data_type"]
    if "date" not in (wanted, column.type) or wanted in (column.type, "unchanged", "string"):
        return ()
    if wanted == "date" and column.type == "string":
        return ()
    message = _("Column '%(name)s' holds %(type)s values, which cannot become %(wanted)s.") % {
        "name": column.name,
        "type": column.type,
        "wanted": wanted,
    }
    hint = _("Dates come from text such as 2024-05-31 and can become text only.")
    return (problem("cast_impossible", message, hint=hint, parameter="data_type", column=column.name),)


def _edited_column(parameters: Mapping[str, Any], column: Column, name: str) -> Column:
    changes: dict[str, Any] = {"name": name}
    if parameters["data_type"] != "unchanged":
        changes["type"] = parameters["data_type"]
    if parameters["categorical"] != "unchanged":
        changes["categorical"] = parameters["categorical"] == "categorical"
    if parameters["fields"] != "unchanged":
        changes |= {"role": ROLES[parameters["fields"]], "task": "", "class_name": ""}
    return msgspec.structs.replace(column, **changes)
