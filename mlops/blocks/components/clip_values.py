"""Clip Values: pull outliers back to a threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.placing import free_name
from mlops.blocks.problems import problem
from mlops.blocks.selection import NUMERIC_COLUMNS, picked
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

PEAKS, SUBPEAKS = ("clip_peaks", "clip_peaks_and_subpeaks"), ("clip_subpeaks", "clip_peaks_and_subpeaks")
SUBSTITUTES = (
    Choice(value="threshold", label="Threshold"),
    Choice(value="mean", label="Mean"),
    Choice(value="median", label="Median"),
    Choice(value="missing", label="Missing"),
)


def _side(name: str, label: str, *, constant: float, percentile: float, shown: tuple[str, ...]) -> list[Parameter]:
    return [
        Parameter(
            name=f"constant_value_of_{name}_threshold",
            type="decimal",
            label=f"Constant value of {label} threshold",
            required=True,
            default=constant,
            visible_if={"set_of_thresholds": shown, "threshold": ("constant",)},
            help=f"The {'largest' if name == 'upper' else 'smallest'} value that is left alone.",
        ),
        Parameter(
            name=f"percentile_value_of_{name}_threshold",
            type="decimal",
            label=f"Percentile number of {label} threshold",
            required=True,
            default=percentile,
            minimum=0,
            maximum=100,
            visible_if={"set_of_thresholds": shown, "threshold": ("percentile",)},
            help="The share of the rows, in percent, that lies below the threshold.",
        ),
        Parameter(
            name=f"{name}_substitute_value",
            type="choice",
            label=f"Substitute value for {'peaks' if name == 'upper' else 'subpeaks'}",
            required=True,
            default="threshold",
            choices=SUBSTITUTES,
            visible_if={"set_of_thresholds": shown},
            help=f"What stands for a value {'above' if name == 'upper' else 'below'} the {label} threshold.",
        ),
    ]


DEFINITION = Component(
    name="clip_values",
    version="1",
    title="Clip Values",
    group="Data Transformation",
    help="""Replaces values that are too large (peaks) or too small (subpeaks), so that a few outliers do not spoil
a model.

**When to use it.** A column has impossible or extreme values, such as an age of 999, and the rows are too good to
be thrown away.

**Example.** `income` is `20, 25, 30, 9000`. Clip peaks at a constant of 100 with *Threshold* gives
`20, 25, 30, 100`; with *Median* it gives `20, 25, 30, 27.5`; with *Missing* a gap.

**Choices.** A *constant* threshold is the value that you type; a *percentile* is learned from this table: 99 means
the value below which 99 % of the rows lie. Mean and median are those of the column before clipping. Without
*Overwrite* the result goes into a new column named like `income_clipped`; *Add indicator columns* says with
yes/no where something was clipped (`income_is_clipped`).

**What comes out.** The table with the clipped columns, which become decimal; gaps stay gaps. The transformation
output keeps the thresholds, and a model trained behind it clips the values of a request with the same ones.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(
        Port(name="results_dataset", type="table", label="Results dataset"),
        Port(name="clipping_transformation", type="transformation", label="Clipping transformation"),
    ),
    parameters=(
        Parameter(
            name="set_of_thresholds",
            type="choice",
            label="Set of thresholds",
            required=True,
            default="clip_peaks",
            choices=(
                Choice(value="clip_peaks", label="ClipPeaks"),
                Choice(value="clip_subpeaks", label="ClipSubpeaks"),
                Choice(value="clip_peaks_and_subpeaks", label="ClipPeaksAndSubpeaks"),
            ),
            help="Clip values that are too large, too small, or both.",
        ),
        Parameter(
            name="threshold",
            type="choice",
            label="Threshold",
            required=True,
            default="constant",
            choices=(Choice(value="constant", label="Constant"), Choice(value="percentile", label="Percentile")),
            help="Type the threshold, or learn it from the column.",
        ),
        *_side("upper", "upper", constant=1.0, percentile=99.0, shown=PEAKS),
        *_side("lower", "lower", constant=-1.0, percentile=1.0, shown=SUBPEAKS),
        Parameter(
            name="list_of_columns",
            type="columns",
            label="List of columns",
            required=True,
            default=NUMERIC_COLUMNS,
            port="dataset",
            only_types=("integer", "decimal"),
            help="Which number columns to clip.",
        ),
        Parameter(
            name="overwrite",
            type="boolean",
            label="Overwrite flag",
            default=True,
            help="Put the result in place of the column; otherwise beside it.",
        ),
        Parameter(
            name="add_indicator_columns",
            type="boolean",
            label="Add indicator columns",
            default=False,
            help="Adds a yes/no column that says where a value was clipped.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    outputs = {"results_dataset": Shape(type="table"), "clipping_transformation": Shape(type="transformation")}
    problems = _threshold_problems(parameters)
    if table is not None:
        chosen, faults = picked(
            parameters["list_of_columns"], table, parameter="list_of_columns", types=("integer", "decimal")
        )
        problems += faults
        outputs["results_dataset"] = Shape(type="table", table=_planned(parameters, table, chosen)[1])
    return Derived(outputs=outputs, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.clipping import bounds
    from mlops.blocks.values import FittedTransformValue
    from mlops.formats.transform import FittedTransform, Replay

    table, parameters = call.table("dataset"), call.parameters
    chosen, _ = picked(
        parameters["list_of_columns"], table.schema, parameter="list_of_columns", types=("integer", "decimal")
    )
    names, schema = _planned(parameters, table.schema, chosen)
    marks, clips = [], []
    for column, (name, mark) in zip(chosen, names, strict=True):
        state = bounds(table.figures(column.name), parameters)
        if mark:
            form = {"mark": True, **state}
            marks.append(Replay(component="clip_values", reads=(column.name,), writes=(mark,), fills=True, state=form))
        clips.append(Replay(component="clip_values", reads=(column.name,), writes=(name,), state=state))
    steps = (*marks, *clips)
    result = table.transformed(*steps).described(schema.columns)
    call.report.log(f"Clipped {len(chosen)} columns.")
    fitted = FittedTransformValue(transform=FittedTransform(transforms=steps))
    return {"results_dataset": result, "clipping_transformation": fitted}


def replay(frame: pl.DataFrame, state: dict[str, Any]) -> pl.DataFrame:
    from mlops.blocks.clipping import clipped

    return clipped(frame, state)


def _planned(
    parameters: Mapping[str, Any], table: TableSchema, chosen: tuple[Column, ...]
) -> tuple[list[tuple[str, str]], TableSchema]:
    """For each chosen column the names of result and indicator (empty: none), and the schema afterwards."""
    columns = {column.name: column for column in table.columns}
    names = []
    for column in chosen:
        mark = free_name(f"{column.name}_is_clipped", columns) if parameters["add_indicator_columns"] else ""
        if mark:
            columns[mark] = Column(name=mark, type="boolean")
        name = column.name if parameters["overwrite"] else free_name(f"{column.name}_clipped", columns)
        columns[name] = Column(name=name, type="decimal", role=column.role)
        names.append((name, mark))
    order = [column.name for column in table.columns]
    order += [mark for _, mark in names if mark] + [name for name, _ in names if name not in order]
    return names, TableSchema(columns=tuple(columns[name] for name in order), row_count=table.row_count)


def _threshold_problems(parameters: Mapping[str, Any]) -> tuple[Problem, ...]:
    if parameters["set_of_thresholds"] != "clip_peaks_and_subpeaks":
        return ()
    kind = parameters["threshold"]
    low, high = (parameters[f"{kind}_value_of_{side}_threshold"] for side in ("lower", "upper"))
    if low <= high:
        return ()
    message = _("The lower threshold (%(low)s) is above the upper one (%(high)s).") % {
        "low": f"{low:g}",
        "high": f"{high:g}",
    }
    hint = _("Exchange them.")
    return (problem("parameter_range", message, hint=hint, parameter=f"{kind}_value_of_lower_threshold"),)
