"""Rows that a model cannot take, found column by column: each is told with its reason, the others are scored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops.formats.model import Field, Signature
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _
from mlops.scoring.validation import EXPECTED
from mlops.stats.schema import conform, storage_type

if TYPE_CHECKING:
    import polars as pl

Faults = dict[int, tuple[str, str]]
"""Row, from 0, to code and reason. The first fault of a row counts."""

_FLOAT32_MOST = 3.4028235e38
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def check_columns(signature: Signature, names: list[str]) -> None:
    """Raises Refusal `missing_column` for a required column that the table does not have, or where it has none."""
    if signature.inputs and not any(field.name in names for field in signature.inputs):
        raise Refusal(
            "missing_column",
            _("The input has none of the model's columns; it has: %(names)s.") % {"names": ", ".join(names[:20])},
            hint=_("The model takes: %(names)s.") % {"names": ", ".join(field.name for field in signature.inputs[:20])},
            status=422,
        )
    for field in signature.inputs:
        if field.required and field.name not in names:
            raise Refusal(
                "missing_column",
                _("The input has no column “%(name)s”, which the model needs.") % {"name": field.name},
                hint=nearest(field.name, names) or (_("It has: %(names)s.") % {"names": ", ".join(names[:20])}),
                status=422,
                where=Where(column=field.name),
            )


def absent(signature: Signature, names: list[str]) -> list[str]:
    """Columns that count as missing in every row, in words."""
    strangers = [name for name in names if signature.input(name) is None]
    return [
        f"The input has no column “{field.name}”; it counts as missing. {nearest(field.name, strangers)}".strip()
        for field in signature.inputs
        if field.name not in names
    ]


def typed(frame: pl.DataFrame, signature: Signature, *, narrow: bool) -> tuple[pl.DataFrame, Faults]:
    """The signature's columns in their types, and the rows that cannot be scored.

    `narrow`: numbers must fit into 32-bit floats, as ONNX takes them."""
    import polars as pl

    given = conform(frame.select([field.name for field in signature.inputs if field.name in frame.columns]))
    faults: Faults = {}
    columns: list[pl.Series] = []
    for field in signature.inputs:
        if field.name not in given.columns:
            columns.append(pl.Series(field.name, [None] * frame.height, dtype=storage_type(field.type)))
            continue
        values = _typed(given[field.name], field)
        columns.append(values)
        _find(faults, given[field.name], values, field, narrow=narrow)
    return pl.DataFrame(columns), faults


def _typed(values: pl.Series, field: Field) -> pl.Series:
    """What does not fit becomes missing."""
    import polars as pl

    wanted = storage_type(field.type)
    if values.dtype == wanted:
        return _text(values) if field.type == "string" else values
    if field.type == "boolean" and values.dtype == pl.String:
        lower = values.str.to_lowercase()
        return lower.replace_strict(_BOOLEANS, default=None, return_dtype=pl.Boolean)
    if field.type == "date" and values.dtype == pl.String:
        return values.str.to_datetime(strict=False, time_unit="us")
    if field.type == "integer" and values.dtype.is_float():
        return values.set(values != values.floor(), None).cast(wanted, strict=False)
    if field.type == "integer" and values.dtype == pl.String:
        numbers = values.cast(pl.Float64, strict=False)
        exact = values.cast(wanted, strict=False)
        return exact.zip_with(exact.is_not_null(), _typed(numbers, field))
    cast = values.cast(wanted, strict=False)
    return _text(cast) if field.type == "string" else cast


def _text(values: pl.Series) -> pl.Series:
    """An empty text counts as missing."""
    return values.set(values == "", None)


def _find(faults: Faults, given: pl.Series, values: pl.Series, field: Field, *, narrow: bool) -> None:
    import polars as pl

    missing = values.is_null()
    if missing.any():
        there = given.is_not_null() & (given != "") if given.dtype == pl.String else given.is_not_null()
        for row in (missing & there).arg_true():
            told = f"column “{field.name}”: expected {EXPECTED[field.type]}, got “{str(given[row])[:60]}”."
            faults.setdefault(row, ("wrong_type", told))
        for row in missing.arg_true() if field.required else ():
            faults.setdefault(row, ("missing_value", f"column “{field.name}”: a value is required."))
    if narrow and field.type in ("integer", "decimal"):
        for row in (values.cast(pl.Float64).abs() > _FLOAT32_MOST).arg_true():
            told = f"column “{field.name}”: {values[row]!r} is larger than the model can take."
            faults.setdefault(row, ("number_too_large", told))
