"""How Normalize Data learns offsets and scales, and applies them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from mlops.blocks.selection import chosen_columns
from mlops.blocks.values import FittedTransformValue
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.transform import FittedTransform, Rescale

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value


def normalize(call: Call) -> dict[str, Value]:
    table = call.table("dataset")
    names = chosen_columns(call.parameters["columns_to_transform"], table.schema, parameter="columns_to_transform")
    transforms = tuple(_fitted(table.column(name), call) for name in names)
    transformed = table.transformed(*transforms)
    call.report.log(f"Rescaled {len(names)} columns.")
    function = FittedTransformValue(transform=FittedTransform(transforms=transforms))
    return {"transformed_dataset": transformed, "transformation_function": function}


def _fitted(values: pl.Series, call: Call) -> Rescale:
    method = call.parameters["transformation_method"]
    numbers = values.cast(pl.Float64).drop_nulls()
    if not numbers.is_finite().all():
        message = _("Column '%(name)s' holds infinite values, which cannot be rescaled.") % {"name": values.name}
        hint = _("Replace them first, for example with Execute Python Script.")
        raise Refusal("infinite_value", message, hint=hint, status=422, where=Where(column=values.name))
    if numbers.n_unique() < 2:
        return _constant(values.name, numbers, use_zero=call.parameters["use_0_for_constant_columns"])
    offset, scale = _offset_and_scale(numbers, method)
    if scale == 0:
        return _constant(values.name, numbers, use_zero=call.parameters["use_0_for_constant_columns"])
    return Rescale(column=values.name, method=method, offset=offset, scale=scale)


def _constant(name: str, numbers: pl.Series, *, use_zero: bool) -> Rescale:
    """0 for the one value, or scale 0, which stands for missing."""
    offset = float(numbers[0]) if numbers.len() else 0.0
    return Rescale(column=name, method="zscore", offset=offset, scale=1.0 if use_zero else 0.0)


def _offset_and_scale(numbers: pl.Series, method: str) -> tuple[float, float]:
    low: Any = numbers.min()
    high: Any = numbers.max()
    if method == "minmax":
        return float(low), float(high - low)
    if method == "lognormal":
        logs = numbers.filter(numbers > 0).log()
        return (_float(logs.mean()), _float(logs.std(ddof=0))) if logs.len() else (0.0, 0.0)
    return _float(numbers.mean()), _float(numbers.std(ddof=0))


def _float(value: Any) -> float:
    return float(value) if value is not None else 0.0
