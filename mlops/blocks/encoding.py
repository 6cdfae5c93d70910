"""Learns target encodings, with out-of-fold values for the rows that they are learned from.

Micci-Barreca, "A preprocessing scheme for high-cardinality categorical attributes", 2001, as in
sklearn.preprocessing.TargetEncoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mlops.blocks.components.target_encoding import DEFINITION, planned
from mlops.blocks.values import FittedTransformValue
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.transform import FittedTransform, KeepColumns, Replay, Transform

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

GAP = "\x00missing"
"""Stands for a gap, which is a category of its own."""


def encode(call: Call) -> dict[str, Value]:
    table, parameters = call.table("dataset"), call.parameters
    results, schema = planned(parameters, table.schema)
    target = _target(table.frame[parameters["label_column"]], folds=parameters["number_of_folds"])
    names = [result.source for result in results]
    texts = _texts(table.frame.select(names))
    encoder = _encoder(parameters, call.seed)
    training = encoder.fit_transform(texts.to_numpy(), target)
    steps: list[Transform] = []
    for place, result in enumerate(results):
        values = dict(zip(encoder.categories_[place], encoder.encodings_[place].tolist(), strict=True))
        state = {"values": values, "mean": float(encoder.target_mean_)}
        reads, writes = (result.source,), (result.column.name,)
        steps.append(
            Replay(component=DEFINITION.name, reads=reads, writes=writes, fills=True, out_of_fold=True, state=state)
        )
        call.report.log(f"{result.source}: {len(values)} categories")
    if parameters["output_mode"] == "result_only":
        steps.append(KeepColumns(columns=schema.names))
    made = table.transformed(*steps)
    fresh = [pl.Series(result.column.name, training[:, place]) for place, result in enumerate(results)]
    rows = made.with_frame(made.frame.with_columns(fresh), columns=schema.columns)
    plain = tuple(_for_others(step) for step in steps)
    fitted = FittedTransformValue(transform=FittedTransform(transforms=plain))
    return {"encoded_dataset": rows, "encoding_transformation": fitted}


def encoded(frame: pl.DataFrame, state: Mapping[str, Any]) -> pl.DataFrame:
    text = _texts(frame).to_series()
    return text.replace_strict(state["values"], default=state["mean"], return_dtype=pl.Float64).to_frame()


def _for_others(step: Transform) -> Transform:
    """Other tables get the values that requests get."""
    import msgspec

    return msgspec.structs.replace(step, out_of_fold=False) if isinstance(step, Replay) else step


def _encoder(parameters: Mapping[str, Any], seed: int) -> Any:
    from sklearn.preprocessing import TargetEncoder

    return TargetEncoder(
        target_type="continuous",
        smooth=float(parameters["smoothing"]) or "auto",
        cv=int(parameters["number_of_folds"]),
        random_state=int(parameters["random_seed"] or seed),
    )


def _texts(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.all().cast(pl.String).fill_null(GAP))


def _target(values: pl.Series, *, folds: int) -> Any:
    """Numbers; of two classes, 1 for the second in order."""
    where = Where(parameter="label_column", column=values.name)
    if values.null_count():
        row = values.is_null().arg_max() or 0
        message = _("The label column '%(name)s' has %(null_count)s gaps; the first is in row %(row)s.") % {
            "name": values.name,
            "null_count": values.null_count(),
            "row": row + 1,
        }
        hint = _("Put Clean Missing Data with 'Remove entire row' on the label column before it.")
        where = Where(parameter="label_column", column=values.name, row=row)
        raise Refusal("label_missing", message, hint=hint, status=422, where=where)
    if values.len() < folds:
        message = _("There are %(len)s rows, too few for %(folds)s folds.") % {"len": values.len(), "folds": folds}
        hint = _("Choose fewer folds, or check the steps before it.")
        raise Refusal("too_few_rows", message, hint=hint, status=422, where=where)
    if values.dtype == pl.String:
        classes = values.unique().sort()
        if classes.len() != 2:
            message = _("The label column '%(name)s' holds %(len)s classes; a mean needs numbers or two classes.") % {
                "name": values.name,
                "len": classes.len(),
            }
            hint = _("Choose a number column, or Convert to Indicator Values for the columns instead.")
            raise Refusal("label_type", message, hint=hint, status=422, where=where)
        return (values == classes[1]).cast(pl.Float64).to_numpy()
    numbers = values.cast(pl.Float64).to_numpy()
    if not np.isfinite(numbers).all():
        message = _("The label column '%(name)s' holds infinite values.") % {"name": values.name}
        raise Refusal("infinite_value", message, hint=_("Clip them with Clip Values first."), status=422, where=where)
    return numbers
