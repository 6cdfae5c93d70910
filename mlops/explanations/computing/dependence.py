"""How the answer goes with one column: on average (partial dependence) and for single rows (ICE)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from mlops.explanations.computing.model import OpenModel
from mlops.explanations.computing.walks import Tell
from mlops.formats.explanation import Dependence

VALUES, MOST_CATEGORIES = 20, 12
AVERAGED_ROWS, LINES = 200, 30


def dependences(
    model: OpenModel, rows: pl.DataFrame, numbers: Sequence[int], columns: Sequence[str], *, tell: Tell
) -> tuple[Dependence, ...]:
    """`numbers`: of the rows in the dataset."""
    tried = rows.head(AVERAGED_ROWS)
    found = []
    for place, name in enumerate(columns):
        values = grid(rows[name])
        if len(values) > 1:
            found.append(dependence(model, tried, list(numbers[: tried.height]), name, values))
        tell((place + 1) / len(columns))
    return tuple(found)


def dependence(model: OpenModel, rows: pl.DataFrame, numbers: list[int], name: str, values: list[Any]) -> Dependence:
    kind = rows.schema[name]
    wide = pl.concat(
        [rows.with_columns(pl.Series(name, [value] * rows.height, dtype=kind)).select(rows.columns) for value in values]
    )
    answers = model.numbers(wide).reshape(len(values), rows.height, -1)
    drawn = min(LINES, rows.height)
    outputs = range(answers.shape[2])
    return Dependence(
        column=name,
        values=tuple(_plain(value) for value in values),
        average=tuple(tuple(answers[:, :, one].mean(axis=1).tolist()) for one in outputs),
        lines=tuple(tuple(tuple(answers[:, row, one].tolist()) for row in range(drawn)) for one in outputs),
        rows=tuple(numbers[:drawn]),
        rows_averaged=rows.height,
    )


def grid(values: pl.Series) -> list[Any]:
    """Numbers and dates by their quantiles, everything else by its most frequent values."""
    known = values.drop_nulls()
    if known.is_empty():
        return []
    distinct = known.unique().sort()
    if known.dtype.is_numeric() or known.dtype.is_temporal():
        if distinct.len() <= VALUES:
            return distinct.to_list()
        ordered = known.sort()
        places = np.unique(np.linspace(0, ordered.len() - 1, VALUES).round().astype(int))
        return ordered.gather(places).unique().sort().to_list()
    counts = known.value_counts(sort=True).head(MOST_CATEGORIES)
    return sorted(counts[known.name].to_list())


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
