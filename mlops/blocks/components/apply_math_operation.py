"""Apply Math Operation: a mathematical function on number columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.formulas import CATEGORIES, FORMULAS, Formula, of_category
from mlops.blocks.placing import Result, output_mode, placed, put
from mlops.blocks.problems import problem
from mlops.blocks.selection import NUMERIC_COLUMNS, picked
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

NUMBERS = ("integer", "decimal")
DEFAULTS = {"basic": "abs", "compare": "equal_to", "operations": "add", "rounding": "ceiling", "special": "erf"}
WITH_TWO = tuple(name for name in CATEGORIES if any(each.arguments == 2 for each in of_category(name)))

DEFINITION = Component(
    name="apply_math_operation",
    version="1",
    title="Apply Math Operation",
    group="Data Transformation",
    help="""Calculates with the numbers of columns: logarithms, roots, rounding, comparing, adding and so on.

**When to use it.** A column with a long tail (prices, counts) suits a linear model better as its logarithm; a ratio
or a difference of two columns often says more than both; a comparison makes a yes/no column.

**Example.** `price` is `1, 10, 100`. *Basic*, *Log10* and *Append* add the column `Log10(price)` with `0, 1, 2`.
*Operations*, *Subtract* with the constant 1 gives `Subtract(price, 1)` with `0, 9, 99`.

**Choices.** A category, and a function of it. Functions of two arguments take the second one from a *constant*, or
from a *column set*: one column for all, or as many as there are first columns, pair by pair. *Output mode*: beside
the columns, in their place, or the results alone. Angles are in radians unless the name says *Degree*; *Cis* gives
the real part; *RoundDigits*, *RoundDown* and *RoundUp* take the number of digits as second argument.

**What comes out.** Decimal columns, or yes/no columns from a comparison. A gap gives a gap, and so does what has no
finite result, such as a division by 0 or the root of a negative number. A model behind it calculates the same for
requests.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(Port(name="results_dataset", type="table", label="Results dataset"),),
    parameters=(
        Parameter(
            name="category",
            type="choice",
            label="Category",
            required=True,
            default="basic",
            choices=tuple(Choice(value=name, label=label) for name, label in CATEGORIES.items()),
            help="The kind of function.",
        ),
        *(
            Parameter(
                name=f"{category}_function",
                type="choice",
                label=f"{label} function",
                required=True,
                default=DEFAULTS.get(category, "sin"),
                choices=tuple(Choice(value=each.name, label=each.title) for each in of_category(category)),
                visible_if={"category": (category,)},
                help="What to calculate.",
            )
            for category, label in CATEGORIES.items()
        ),
        Parameter(
            name="second_argument_type",
            type="choice",
            label="Second argument type",
            required=True,
            default="constant",
            choices=(Choice(value="constant", label="Constant"), Choice(value="column_set", label="ColumnSet")),
            visible_if={"category": WITH_TWO},
            help="For functions of two arguments: where the second one comes from.",
        ),
        Parameter(
            name="second_argument",
            type="decimal",
            label="Constant second argument",
            required=True,
            default=0.0,
            visible_if={"category": WITH_TWO, "second_argument_type": ("constant",)},
            help="For functions of two arguments: the number.",
        ),
        Parameter(
            name="second_argument_columns",
            type="columns",
            label="Second argument column set",
            port="dataset",
            only_types=NUMBERS,
            visible_if={"category": WITH_TWO, "second_argument_type": ("column_set",)},
            help="For functions of two arguments: one column for all, or one for each first column.",
        ),
        Parameter(
            name="column_set",
            type="columns",
            label="Column set",
            required=True,
            default=NUMERIC_COLUMNS,
            port="dataset",
            only_types=NUMBERS,
            help="The columns to calculate with.",
        ),
        output_mode(),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    if table is None:
        return Derived(outputs={"results_dataset": Shape(type="table")}, problems=_argument_problems(parameters))
    chosen, problems = picked(parameters["column_set"], table, parameter="column_set", types=NUMBERS)
    seconds, faults = _seconds(parameters, table, len(chosen))
    _, schema = placed(table, _results(parameters, chosen, seconds), parameters["output_mode"])
    problems = problems + faults + _argument_problems(parameters)
    return Derived(outputs={"results_dataset": Shape(type="table", table=schema)}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.formats.transform import Replay

    table, parameters = call.table("dataset"), call.parameters
    formula = _formula(parameters)
    chosen, _ = picked(parameters["column_set"], table.schema, parameter="column_set", types=NUMBERS)
    seconds, _ = _seconds(parameters, table.schema, len(chosen))
    results, schema = placed(table.schema, _results(parameters, chosen, seconds), parameters["output_mode"])
    steps = []
    for result, second in zip(results, seconds, strict=True):
        reads = (result.source,) if second in (None, result.source) else (result.source, str(second))
        constant = float(parameters["second_argument"]) if formula.arguments == 2 and second is None else None
        state = {"name": formula.name, "constant": constant}
        steps.append(Replay(component=DEFINITION.name, reads=reads, writes=(result.column.name,), state=state))
    made, _ = put(table, _without_overlap(steps, call), schema, parameters["output_mode"])
    call.report.log(f"{formula.title} of {len(steps)} columns.")
    return {"results_dataset": made}


def replay(frame: pl.DataFrame, state: dict[str, Any]) -> pl.DataFrame:
    from mlops.blocks.mathematics import calculated

    if frame.width == 1 and state["constant"] is None and FORMULAS[state["name"]].arguments == 2:
        frame = frame.select(frame.columns[0], second=frame.columns[0])  # a column with itself
    return calculated(frame, state)


def _formula(parameters: Mapping[str, Any]) -> Formula:
    return FORMULAS[parameters[f"{parameters['category']}_function"]]


def _seconds(
    parameters: Mapping[str, Any], table: TableSchema, count: int
) -> tuple[tuple[str | None, ...], tuple[Problem, ...]]:
    """For each first column the name of the second one, None for a constant or nothing."""
    if _formula(parameters).arguments == 1 or parameters["second_argument_type"] == "constant":
        return (None,) * count, ()
    name = "second_argument_columns"
    if parameters[name] is None:
        return (None,) * count, ()
    columns, problems = picked(parameters[name], table, parameter=name, types=NUMBERS)
    if len(columns) == 1:
        return (columns[0].name,) * count, problems
    if len(columns) == count:
        return tuple(column.name for column in columns), problems
    if not problems:
        message = _("There are %(count)s second columns for %(count_2)s first ones.") % {
            "count": len(columns),
            "count_2": count,
        }
        hint = _("Choose one second column for all, or as many as there are first columns.")
        problems = (problem("wrong_number_of_columns", message, hint=hint, parameter=name),)
    return (None,) * count, problems


def _results(
    parameters: Mapping[str, Any], chosen: tuple[Column, ...], seconds: tuple[str | None, ...]
) -> list[Result]:
    formula = _formula(parameters)
    results = []
    for column, second in zip(chosen, seconds, strict=True):
        other = f", {second or format(parameters['second_argument'], 'g')}" if formula.arguments == 2 else ""
        name = f"{formula.title}({column.name}{other})"
        made = Column(name=name, type="boolean" if formula.is_answer else "decimal", role=column.role)
        results.append(Result(source=column.name, column=made))
    return results


def _argument_problems(parameters: Mapping[str, Any]) -> tuple[Problem, ...]:
    needs = _formula(parameters).arguments == 2 and parameters["second_argument_type"] == "column_set"
    if not needs or parameters["second_argument_columns"] is not None:
        return ()
    message = _("%(title)s needs a second argument.") % {"title": _formula(parameters).title}
    hint = _("Choose its columns, or type a constant.")
    return (problem("parameter_missing", message, hint=hint, parameter="second_argument_columns"),)


def _without_overlap(steps: list[Any], call: Call) -> list[Any]:
    """In place, a step must not read what an earlier one has overwritten."""
    from mlops.formats.refusal import Refusal, Where

    written: set[str] = set()
    for step in steps:
        spoiled = next((name for name in step.reads[1:] if name in written), None)
        if spoiled is not None:
            message = _("Column '%(spoiled)s' is a second argument, but is overwritten before it is read.") % {
                "spoiled": spoiled
            }
            hint = _("Choose the output mode Append or ResultOnly, or leave the column out of the first ones.")
            where = Where(parameter="output_mode", column=spoiled)
            raise Refusal("column_overwritten", message, hint=hint, status=422, where=where)
        written |= set(step.writes)
    return steps
