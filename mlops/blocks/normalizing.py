"""How Normalize Data learns offsets and scales, and applies them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops.blocks.selection import chosen_columns
from mlops.blocks.values import FittedTransformValue
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.transform import FittedTransform, Rescale

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.figures import Figures
    from mlops.blocks.values import Value


def normalize(call: Call) -> dict[str, Value]:
    table = call.table("dataset")
    names = chosen_columns(call.parameters["columns_to_transform"], table.schema, parameter="columns_to_transform")
    transforms = tuple(_fitted(table.figures(name), call) for name in names)
    transformed = table.transformed(*transforms)
    call.report.log(f"Rescaled {len(names)} columns.")
    function = FittedTransformValue(transform=FittedTransform(transforms=transforms))
    return {"transformed_dataset": transformed, "transformation_function": function}


def _fitted(values: Figures, call: Call) -> Rescale:
    method = call.parameters["transformation_method"]
    if not values.is_finite():
        message = _("Column '%(name)s' holds infinite values, which cannot be rescaled.") % {"name": values.name}
        hint = _("Replace them first, for example with Execute Python Script.")
        raise Refusal("infinite_value", message, hint=hint, status=422, where=Where(column=values.name))
    use_zero = call.parameters["use_0_for_constant_columns"]
    if values.minimum() == values.maximum():
        return _constant(values, use_zero=use_zero)
    offset, scale = _offset_and_scale(values, method)
    if scale == 0:
        return _constant(values, use_zero=use_zero)
    return Rescale(column=values.name, method=method, offset=offset, scale=scale)


def _constant(values: Figures, *, use_zero: bool) -> Rescale:
    """0 for the one value, or scale 0, which stands for missing."""
    return Rescale(column=values.name, method="zscore", offset=_float(values.minimum()), scale=1.0 if use_zero else 0.0)


def _offset_and_scale(values: Figures, method: str) -> tuple[float, float]:
    if method == "minmax":
        return float(values.minimum()), float(values.maximum() - values.minimum())
    if method == "lognormal":
        centre, spread = values.of_logs()
        return _float(centre), _float(spread)
    return _float(values.mean()), _float(values.deviation())


def _float(value: Any) -> float:
    return float(value) if value is not None else 0.0
