"""Clean Missing Data: fill the gaps of a table, or drop the rows or columns that have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import problem
from mlops.blocks.selection import ALL_COLUMNS, read_selection, resolve
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, ColumnType, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

REPLACING = ("custom_value", "replace_with_mean", "replace_with_median", "replace_with_mode")
INDICATOR_SUFFIX = "_IsMissing"

DEFINITION = Component(
    name="clean_missing_data",
    version="1",
    title="Clean Missing Data",
    group="Data Transformation",
    help="""Deals with gaps (missing values): fills them, or removes the rows or columns that have them.

**When to use it.** Before a linear or logistic regression, which cannot learn from gaps, and whenever a gap has
a plain meaning, such as 0 for "no children".

**Example.** Column `horsepower` is `111, (missing), 154`. *Replace with mean* gives `111, 132.5, 154`; *Remove
entire row* leaves two rows.

**Choices.** *Custom substitution value* puts the same value into every gap (text columns take it as text; a
number column needs a number). *Mean* and *median* are for numbers and yes/no columns; whole-number columns get
a rounded value, other columns are left alone. *Mode* is the most frequent value and fits every type. The
missing value ratio says which columns are touched: with a minimum of 0 and a maximum of 1 all chosen ones.

**What comes out.** The cleaned table, and the *cleaning transformation*: what was filled in, learned from this
table. A model trained on it fills gaps in requests the same way; after *Remove entire row* it refuses requests
with gaps in the columns that it needs.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(
        Port(name="cleaned_dataset", type="table", label="Cleaned dataset"),
        Port(name="cleaning_transformation", type="transformation", label="Cleaning transformation"),
    ),
    parameters=(
        Parameter(
            name="columns_to_be_cleaned",
            type="columns",
            label="Columns to be cleaned",
            required=True,
            default=ALL_COLUMNS,
            port="dataset",
            help="Which columns to clean.",
        ),
        Parameter(
            name="minimum_missing_value_ratio",
            type="decimal",
            label="Minimum missing value ratio",
            default=0.0,
            minimum=0,
            maximum=1,
            help="Touch only columns with at least this share of gaps.",
        ),
        Parameter(
            name="maximum_missing_value_ratio",
            type="decimal",
            label="Maximum missing value ratio",
            default=1.0,
            minimum=0,
            maximum=1,
            help="Touch only columns with at most this share of gaps.",
        ),
        Parameter(
            name="cleaning_mode",
            type="choice",
            label="Cleaning mode",
            required=True,
            default="custom_value",
            choices=(
                Choice(value="custom_value", label="Custom substitution value"),
                Choice(value="replace_with_mean", label="Replace with mean"),
                Choice(value="replace_with_median", label="Replace with median"),
                Choice(value="replace_with_mode", label="Replace with mode"),
                Choice(value="remove_entire_row", label="Remove entire row"),
                Choice(value="remove_entire_column", label="Remove entire column"),
            ),
            help="What to do with a gap.",
        ),
        Parameter(
            name="replacement_value",
            type="string",
            label="Replacement value",
            required=True,
            default="0",
            visible_if={"cleaning_mode": ("custom_value",)},
            help="The value that goes into every gap.",
        ),
        Parameter(
            name="cols_with_all_missing_values",
            type="choice",
            label="Cols with all missing values",
            required=True,
            default="remove",
            choices=(Choice(value="remove", label="Remove"), Choice(value="propagate", label="Propagate")),
            visible_if={"cleaning_mode": REPLACING},
            help="Whether columns without any value are removed or kept.",
        ),
        Parameter(
            name="generate_missing_value_indicator_column",
            type="boolean",
            label="Generate missing value indicator column",
            default=False,
            visible_if={"cleaning_mode": REPLACING},
            help="Adds a yes/no column that says where the gaps were, named like `horsepower_IsMissing`.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    """Columns that are removed for what their rows hold cannot be known here; the schema keeps them."""
    problems = list(_ratio_problems(parameters))
    table = inputs["dataset"].table
    outputs = {"cleaned_dataset": Shape(type="table"), "cleaning_transformation": Shape(type="transformation")}
    if table is None:
        return Derived(outputs=outputs, problems=tuple(problems))
    selection = read_selection(parameters["columns_to_be_cleaned"])
    names, faults = resolve(selection, table, parameter="columns_to_be_cleaned")
    chosen = tuple(column for column in table.columns if column.name in names)
    problems += [*faults, *_fit_problems(parameters, chosen)]
    columns = table.columns + _indicators(parameters, chosen, table, problems)
    outputs["cleaned_dataset"] = Shape(type="table", table=TableSchema(columns=columns))
    return Derived(outputs=outputs, problems=tuple(problems))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.cleaning import clean

    return clean(call)


def substitute(text: str, type_: ColumnType) -> float | int | str | bool:
    """The replacement value as a value of the column's type; ValueError where it is none."""
    if type_ == "integer":
        return int(text)
    if type_ == "decimal":
        return _finite(text)
    if type_ == "boolean":
        return _boolean(text)
    if type_ == "date":
        from datetime import datetime

        return datetime.fromisoformat(text.strip()).replace(tzinfo=None).isoformat()
    return text


def _finite(text: str) -> float:
    import math

    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _boolean(text: str) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if text.strip().lower() not in words:
        raise ValueError(text)
    return words[text.strip().lower()]


def _ratio_problems(parameters: Mapping[str, Any]) -> tuple[Problem, ...]:
    low, high = parameters["minimum_missing_value_ratio"], parameters["maximum_missing_value_ratio"]
    if low <= high:
        return ()
    message = _(
        "The minimum missing value ratio (%(low)s) is above the maximum (%(high)s), so no column is cleaned."
    ) % {"low": f"{low:g}", "high": f"{high:g}"}
    hint = _("Set the minimum to 0 and the maximum to 1 to clean every chosen column.")
    return (problem("parameter_range", message, hint=hint, parameter="minimum_missing_value_ratio"),)


def _fit_problems(parameters: Mapping[str, Any], chosen: tuple[Column, ...]) -> tuple[Problem, ...]:
    """Warnings only: whether a column has gaps is not known before the run."""
    mode = parameters["cleaning_mode"]
    if mode == "custom_value":
        text = str(parameters["replacement_value"])
        unfit = [column.name for column in chosen if not _fits(text, column.type)]
        message = _(
            "The replacement value '%(text)s' does not fit %(names)s; the run fails if there are gaps in it."
        ) % {"text": text, "names": _names(unfit)}
        hint = _(
            "Choose fewer columns, or a value of the column's type; add a second Clean Missing Data for the others."
        )
        parameter = "replacement_value"
    elif mode in ("replace_with_mean", "replace_with_median"):
        unfit = [column.name for column in chosen if column.type in ("string", "date")]
        message = _("There is no %(removeprefix)s of %(names)s; gaps in it stay.") % {
            "removeprefix": mode.removeprefix("replace_with_"),
            "names": _names(unfit),
        }
        hint = _("Add a second Clean Missing Data with 'Replace with mode' for text and date columns.")
        parameter = "cleaning_mode"
    else:
        return ()
    if not unfit:
        return ()
    return (problem("unfit_columns", message, hint=hint, severity="warning", parameter=parameter, column=unfit[0]),)


def _fits(text: str, type_: ColumnType) -> bool:
    try:
        substitute(text, type_)
    except ValueError:
        return False
    return True


def _names(names: list[str]) -> str:
    listed = ", ".join(f"'{name}'" for name in names[:3])
    return f"column {listed}" if len(names) == 1 else f"columns {listed}" + (", …" if len(names) > 3 else "")


def _indicators(
    parameters: Mapping[str, Any], chosen: tuple[Column, ...], table: TableSchema, problems: list[Problem]
) -> tuple[Column, ...]:
    if not parameters["generate_missing_value_indicator_column"] or parameters["cleaning_mode"] not in REPLACING:
        return ()
    columns = tuple(Column(name=column.name + INDICATOR_SUFFIX, type="boolean") for column in chosen)
    for column in columns:
        if table.column(column.name):
            message = _("The indicator column '%(name)s' exists already.") % {"name": column.name}
            hint = _("Rename the existing column with Edit Metadata first.")
            where: dict[str, Any] = {"parameter": "generate_missing_value_indicator_column", "column": column.name}
            problems.append(problem("duplicate_column", message, hint=hint, **where))
    return columns
