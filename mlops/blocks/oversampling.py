"""Synthetic minority oversampling on a table of mixed column types (Chawla et al. 2002: SMOTE, SMOTE-NC, SMOTE-N)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Table


def oversampled(call: Call) -> Table:
    table, label = call.table("dataset"), call.parameters["label_column"]
    percentage = call.parameters["smote_percentage"]
    if not percentage:
        return table
    _require_complete(table.frame)
    counts = table.frame[label].value_counts().sort("count", label)
    if counts.height < 2:
        raise _refused(
            gettext("The label column '%(label)s' holds %(height)s classes; two are needed.")
            % {"label": label, "height": counts.height},
            label,
        )
    rare, count = counts.row(0)
    neighbours = int(call.parameters["number_of_nearest_neighbors"])
    if count <= neighbours:
        message = gettext("The class '%(rare)s' has %(count)s rows, too few for %(neighbours)s nearest neighbours.") % {
            "rare": rare,
            "count": count,
            "neighbours": neighbours,
        }
        raise _refused(message, label)
    wanted = count * percentage // 100
    seed = int(call.parameters["random_seed"] or call.seed)
    added = _invented(table.frame.drop(label), table.frame[label] == rare, wanted, neighbours, seed)
    labels = pl.Series(label, [rare], dtype=table.frame.schema[label]).new_from_index(0, added.height)
    frame = pl.concat([table.frame, added.with_columns(labels).select(table.frame.columns)])
    call.report.log(f"Added {added.height} rows of the class '{rare}' to its {count}.")
    origin = None
    if table.origin is not None:
        origin = table.origin.extend_constant(None, added.height)
    return table.with_frame(frame, columns=table.schema.columns, origin=origin)


def _invented(frame: pl.DataFrame, rare: pl.Series, wanted: int, neighbours: int, seed: int) -> pl.DataFrame:
    from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC

    texts = [dtype in (pl.String, pl.Boolean) for dtype in frame.dtypes]
    codes = [_Codes(values, text) for values, text in zip(frame.get_columns(), texts, strict=True)]
    cells = np.column_stack([code.numbers for code in codes])
    strategy = {1: int(rare.sum()) + wanted}
    options: dict[str, Any] = {"sampling_strategy": strategy, "k_neighbors": neighbours, "random_state": seed}
    if all(texts):
        sampler: Any = SMOTEN(**options)
    elif any(texts):
        sampler = SMOTENC(categorical_features=np.flatnonzero(texts).tolist(), **options)
    else:
        sampler = SMOTE(**options)
    made, _ = sampler.fit_resample(cells, rare.cast(pl.Int64).to_numpy())
    fresh = made[frame.height :]
    return pl.DataFrame([code.back(fresh[:, place]) for place, code in enumerate(codes)])


class _Codes:
    """A column as numbers and back: text by the place among its values, dates by microseconds."""

    def __init__(self, values: pl.Series, is_text: bool) -> None:
        self.name, self.dtype = values.name, values.dtype
        self.levels = values.unique().sort() if is_text else None
        if self.levels is not None:
            places = pl.Series(range(self.levels.len()), dtype=pl.Int64)
            coded = values.replace_strict(self.levels, places, return_dtype=pl.Int64)
        else:
            coded = values.cast(pl.Int64) if values.dtype == pl.Datetime("us") else values
        self.numbers = coded.cast(pl.Float64).to_numpy()

    def back(self, numbers: Any) -> pl.Series:
        if self.levels is not None:
            return self.levels[np.rint(numbers).astype(np.int64)].alias(self.name)
        whole = self.dtype != pl.Float64
        return pl.Series(self.name, np.rint(numbers).astype(np.int64) if whole else numbers).cast(self.dtype)


def _require_complete(frame: pl.DataFrame) -> None:
    for values in frame.get_columns():
        unusable = values.is_null()
        if values.dtype == pl.Float64:
            unusable = unusable | ~values.is_finite().fill_null(True)
        if unusable.any():
            row = unusable.arg_max() or 0
            message = gettext("Row %(row)s, column '%(name)s': there is no value, or an infinite one.") % {
                "row": row + 1,
                "name": values.name,
            }
            hint = gettext("Put Clean Missing Data before SMOTE, which cannot measure how similar rows with gaps are.")
            where = Where(port="dataset", column=values.name, row=row)
            raise Refusal("missing_value", message, hint=hint, status=422, where=where)


def _refused(message: str, label: str) -> Refusal:
    hint = gettext("Check the steps before, take fewer neighbours, or leave SMOTE out.")
    return Refusal("too_few_rows", message, hint=hint, status=422, where=Where(parameter="label_column", column=label))
