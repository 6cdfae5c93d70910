"""Applies fitted transforms to a Polars frame, in training and at scoring alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import polars as pl

from mlops.blocks.casting import cast_column
from mlops.formats.kept import ROW
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _
from mlops.formats.transform import (
    Cast,
    FillMissing,
    KeepColumns,
    MarkMissing,
    Rename,
    Replay,
    RequirePresent,
    Rescale,
    RunPython,
    Transform,
)


def apply(transforms: Sequence[Transform], frame: pl.DataFrame, *, at_scoring: bool) -> pl.DataFrame:
    """`at_scoring`: rows are never dropped; where training dropped a row, the request is refused.

    The hidden column of row numbers is carried along where the frame has it."""
    for transform in transforms:
        frame = _applied(transform, frame, at_scoring=at_scoring)
    return frame


def _applied(transform: Transform, frame: pl.DataFrame, *, at_scoring: bool) -> pl.DataFrame:
    match transform:
        case KeepColumns(columns=columns):
            _require_columns(frame, columns)
            hidden = [ROW] if ROW in frame.columns else []
            return frame.select([*columns, *hidden])
        case FillMissing(column=column, value=value):
            _require_columns(frame, (column,))
            return frame.with_columns(_filled(frame, column, value))
        case MarkMissing(column=column, indicator=indicator):
            _require_columns(frame, (column,))
            return frame.with_columns(_without_nan(frame, column).is_null().alias(indicator))
        case RequirePresent(columns=columns):
            _require_columns(frame, columns)
            return _present(frame, columns, at_scoring=at_scoring)
        case Rescale(column=column):
            _require_columns(frame, (column,))
            return frame.with_columns(_rescaled(transform).alias(column))
        case Rename(names=names):
            _require_columns(frame, tuple(names))
            return frame.rename(names)
        case Cast(column=column, type=type_):
            _require_columns(frame, (column,))
            return frame.with_columns(cast_column(frame[column], type_))
        case RunPython(script=script):
            from mlops.blocks.scripting import replay

            return replay(script, frame)
        case Replay():
            return _replayed(transform, frame)


def _replayed(transform: Replay, frame: pl.DataFrame) -> pl.DataFrame:
    """The component's own `replay`, held to what it declares: the same rows, and only its columns touched."""
    from mlops.blocks.catalogue import block

    _require_columns(frame, transform.reads)
    component: Any = block(transform.component, transform.version)
    made: pl.DataFrame = component.replay(frame.select(transform.reads), transform.state)
    if made.width != len(transform.writes) or made.height != frame.height:
        message = _("%(title)s made other columns or rows than it declares.") % {"title": component.DEFINITION.title}
        raise Refusal("internal", message, hint=_("This is a fault in the product; please report it."), status=500)
    made.columns = list(transform.writes)
    return frame.with_columns(made.get_columns()).drop(transform.removes)


def _require_columns(frame: pl.DataFrame, columns: tuple[str, ...]) -> None:
    there = set(frame.columns)
    for column in columns:
        if column not in there:
            hint = nearest(column, there)
            where = Where(column=column)
            raise Refusal(
                "missing_column",
                _("There is no column '%(column)s'.") % {"column": column},
                hint=hint,
                status=422,
                where=where,
            )


def _without_nan(frame: pl.DataFrame, column: str) -> pl.Expr:
    expression = pl.col(column)
    return expression.fill_nan(None) if frame.schema[column].is_float() else expression


def _filled(frame: pl.DataFrame, column: str, value: float | int | str | bool) -> pl.Expr:
    dtype = frame.schema[column]
    literal = pl.lit(value)
    if isinstance(dtype, pl.Datetime) and isinstance(value, str):
        from datetime import datetime

        literal = pl.lit(datetime.fromisoformat(value))
    return _without_nan(frame, column).fill_null(literal.cast(dtype)).alias(column)


def _present(frame: pl.DataFrame, columns: tuple[str, ...], *, at_scoring: bool) -> pl.DataFrame:
    gaps = {column: frame.select(_without_nan(frame, column).is_null()).to_series() for column in columns}
    if at_scoring:
        for column, missing in gaps.items():
            if missing.any():
                raise missing_value(column, row=missing.arg_max() or 0)
        return frame
    kept = pl.repeat(True, frame.height, dtype=pl.Boolean, eager=True)
    for missing in gaps.values():
        kept = kept & ~missing
    return frame.filter(kept)


def missing_value(column: str, *, row: int) -> Refusal:
    """A gap in a request where training had none; rows count from 1 in the message, from 0 in `where`."""
    message = _("Row %(row)s has no value for column '%(column)s', which the model needs.") % {
        "row": row + 1,
        "column": column,
    }
    hint = _("Send a value. Rows without one were removed in training, or the learner cannot use gaps.")
    return Refusal("missing_value", message, hint=hint, status=422, where=Where(column=column, row=row))


def _rescaled(transform: Rescale) -> pl.Expr:
    values = pl.col(transform.column).cast(pl.Float64)
    if transform.scale == 0:
        return pl.lit(None, dtype=pl.Float64)
    if transform.method == "lognormal":
        return _lognormal(values, mu=transform.offset, sigma=transform.scale)
    standard = (values - transform.offset) / transform.scale
    if transform.method == "logistic":
        return 1 / (1 + (-standard).exp())
    return standard.tanh() if transform.method == "tanh" else standard


def _lognormal(values: pl.Expr, *, mu: float, sigma: float) -> pl.Expr:
    positive = pl.when(values > 0).then(values)
    standard = (positive.log() - mu) / (sigma * math.sqrt(2))
    share = standard.map_batches(_normal_share, return_dtype=pl.Float64)
    return pl.when(values.is_null()).then(None).when(values <= 0).then(0.0).otherwise(share)


def _normal_share(standard: pl.Series) -> pl.Series:
    from scipy.special import erf

    shares = (1 + erf(standard.to_numpy())) / 2
    return pl.Series(standard.name, shares, dtype=pl.Float64, nan_to_null=True)
