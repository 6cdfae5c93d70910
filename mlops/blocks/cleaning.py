"""How Clean Missing Data learns what to fill in, and does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from mlops.blocks.components.clean_missing_data import INDICATOR_SUFFIX, REPLACING, substitute
from mlops.blocks.selection import chosen_columns
from mlops.blocks.values import FittedTransformValue
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.transform import FillMissing, FittedTransform, KeepColumns, MarkMissing, RequirePresent, Transform
from mlops.stats.schema import column_type

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.figures import Figures
    from mlops.blocks.values import Table, Value

Replacement = float | int | str | bool


def clean(call: Call) -> dict[str, Value]:
    table, parameters = call.table("dataset"), call.parameters
    names = chosen_columns(parameters["columns_to_be_cleaned"], table.schema, parameter="columns_to_be_cleaned")
    touched = [name for name in names if _is_in_range(table.figures(name), parameters)]
    transforms = _fitted(table, touched, call)
    cleaned = table.transformed(*transforms)
    gaps = sum(table.figures(name).gaps for name in touched)
    call.report.log(f"{gaps} gaps in {len(touched)} columns; {cleaned.height} of {table.height} rows stay.")
    transformation = FittedTransformValue(transform=FittedTransform(transforms=transforms))
    return {"cleaned_dataset": cleaned, "cleaning_transformation": transformation}


def _is_in_range(values: Figures, parameters: Any) -> bool:
    share = values.gaps / values.rows if values.rows else 0.0
    return bool(parameters["minimum_missing_value_ratio"] <= share <= parameters["maximum_missing_value_ratio"])


def _fitted(table: Table, touched: list[str], call: Call) -> tuple[Transform, ...]:
    mode = call.parameters["cleaning_mode"]
    if mode == "remove_entire_row":
        return (RequirePresent(columns=tuple(touched)),) if touched else ()
    if mode == "remove_entire_column":
        return _without(table, [name for name in touched if table.figures(name).gaps], call)
    removes = mode in REPLACING and call.parameters["cols_with_all_missing_values"] == "remove"
    empty = [name for name in touched if table.height and table.figures(name).gaps == table.height]
    dropped = _without(table, empty, call) if removes else ()
    filled = [name for name in touched if not (removes and name in empty)]
    return (*dropped, *_fills(table, filled, call))


def _without(table: Table, names: list[str], call: Call) -> tuple[Transform, ...]:
    if not names:
        return ()
    call.report.log("Removed columns: " + ", ".join(names) + ".")
    return (KeepColumns(columns=tuple(name for name in table.schema.names if name not in names)),)


def _fills(table: Table, names: list[str], call: Call) -> list[Transform]:
    marks: list[Transform] = []
    fills: list[Transform] = []
    for name in names:
        if call.parameters["generate_missing_value_indicator_column"]:
            marks.append(MarkMissing(column=name, indicator=name + INDICATOR_SUFFIX))
        value = _replacement(table.figures(name), call)
        if value is not None:
            fills.append(FillMissing(column=name, value=value))
    return marks + fills


def _replacement(values: Figures, call: Call) -> Replacement | None:
    """None where nothing can be filled in: no mean of text, no mode of nothing."""
    mode = call.parameters["cleaning_mode"]
    if mode == "custom_value":
        return _custom(values, str(call.parameters["replacement_value"]))
    if values.gaps == values.rows:
        return None
    if mode == "replace_with_mode":
        return _plain(values.mode())
    if not (values.dtype.is_numeric() or values.dtype == pl.Boolean):
        if values.gaps:
            call.report.log(f"Gaps in '{values.name}' stay: there is no mean or median of {column_type(values.dtype)}.")
        return None
    centre: Any = values.mean() if mode == "replace_with_mean" else values.median()
    if values.dtype == pl.Boolean:
        return bool(centre >= 0.5)
    return round(centre) if values.dtype.is_integer() else float(centre)


def _custom(values: Figures, text: str) -> Replacement | None:
    type_ = column_type(values.dtype)
    try:
        return substitute(text, type_)
    except ValueError:
        if not values.gaps:
            return None
    message = _("Column '%(name)s' has %(null_count)s gaps, but '%(text)s' is no %(type)s value.") % {
        "name": values.name,
        "null_count": values.gaps,
        "text": text,
        "type": type_,
    }
    hint = _("Choose fewer columns, or a value of the column's type; add a second Clean Missing Data for the others.")
    where = Where(parameter="replacement_value", column=values.name, value=text)
    raise Refusal("replacement_unfit", message, hint=hint, status=422, where=where)


def _plain(value: Any) -> Replacement:
    return value if isinstance(value, bool | int | float | str) else value.isoformat()
