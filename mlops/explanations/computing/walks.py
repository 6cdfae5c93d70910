"""Shapley values of any model from outside, by walks over its columns (mlops.stats.shapley); raw columns as they are
in the dataset, so whatever lies behind them is explained with it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from mlops.explanations.computing.found import Found
from mlops.explanations.computing.model import Numbers, OpenModel
from mlops.stats import shapley

MOST_AT_ONCE = 100_000
"""Rows that the model is asked with at once."""
Tell = Callable[[float], None]


def contributions(
    model: OpenModel,
    rows: pl.DataFrame,
    background: pl.DataFrame,
    *,
    seed: int,
    deadline: float = float("inf"),
    tell: Tell = lambda share: None,
) -> Found:
    """Of as many of the first rows as can be explained until the deadline (by time.monotonic), one at least."""
    names = list(model.names)
    pool = pl.concat([background.select(names), rows.select(names)])
    order = shapley.orders(len(names), background.height, seed=seed)
    bits = shapley.exchanged(order)
    usual = np.repeat(np.arange(background.height)[:, None], len(names), axis=1)
    starts, ends = model.numbers(background), model.numbers(rows)
    a_row = max(1, bits.shape[0] * bits.shape[1])
    at_once = max(1, MOST_AT_ONCE // a_row)
    found: list[Numbers] = []
    for first in range(0, rows.height, at_once):
        chosen = range(first, min(first + at_once, rows.height))
        found += _some(model, pool, chosen, order=order, bits=bits, usual=usual, starts=starts, ends=ends)
        tell(len(found) / rows.height)
        if time.monotonic() > deadline:
            break
    values = np.stack(found)
    return Found(
        kind="permutation",
        method="Shapley values by walks over the columns, of the model as it answers",
        unit=model.unit,
        values=values,
        base=starts.mean(axis=0),
        answers=ends[: len(values)],
    )


def cost(columns: int, background: int) -> int:
    """How many rows the model scores to explain one."""
    return 2 * background * max(columns - 1, 0) + 1


def _some(
    model: OpenModel, pool: pl.DataFrame, chosen: range, *, order: Any, bits: Any, usual: Any, starts: Any, ends: Any
) -> list[Numbers]:
    backgrounds, columns = usual.shape
    codes = [shapley.asked(np.full(columns, backgrounds + row), usual, bits) for row in chosen]
    outputs = ends.shape[1]
    walks, steps = bits.shape[:2]
    if steps:
        answers = model.numbers(gathered(pool, np.concatenate(codes)))
    else:
        answers = np.zeros((0, outputs))
    shaped = answers.reshape(len(chosen), walks, steps, outputs)
    return [
        shapley.contributions(order, starts=starts, between=shaped[place], end=ends[row])
        for place, row in enumerate(chosen)
    ]


def gathered(pool: pl.DataFrame, codes: Any) -> pl.DataFrame:
    """`codes`: [rows, columns] places in the pool, of each cell."""
    return pl.DataFrame([pool[name].gather(codes[:, place]) for place, name in enumerate(pool.columns)])
