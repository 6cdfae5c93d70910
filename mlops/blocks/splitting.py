"""Which rows go to the first part of a split."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from mlops.blocks.conditions import Comparison, parse_regular, parse_relative
from mlops.stats.schema import column_type

if TYPE_CHECKING:
    from mlops.blocks.values import Table

Mask = npt.NDArray[np.bool_]

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def rows_of_first_part(table: Table, parameters: Mapping[str, Any], *, seed: int = 42) -> pl.Series:
    """A mask. `seed` stands in for the parameter's 0."""
    mode = parameters["splitting_mode"]
    if mode == "regular_expression":
        return _matching(table, parameters["regular_expression"])
    if mode == "relative_expression":
        return _satisfying(table, parameters["relative_expression"])
    generator = np.random.default_rng(int(parameters["random_seed"] or seed))
    draw = _drawn if parameters["randomized_split"] else _first
    fraction = float(parameters["fraction_of_rows_in_the_first_output_dataset"])
    if parameters["stratified_split"]:
        return pl.Series(_stratified(table.column(parameters["stratification_key_column"]), fraction, draw, generator))
    return pl.Series(draw(table.height, rounded_share(table.height, fraction), generator))


def rounded_share(rows: int, fraction: float) -> int:
    """Half a row counts as one."""
    return int(np.floor(rows * fraction + 0.5 + 1e-9))


def _drawn(rows: int, count: int, generator: np.random.Generator) -> Mask:
    mask = np.zeros(rows, dtype=bool)
    mask[generator.permutation(rows)[:count]] = True
    return mask


def _first(rows: int, count: int, generator: np.random.Generator) -> Mask:
    return np.arange(rows) < count


def _stratified(key: pl.Series, fraction: float, draw: Callable[..., Mask], generator: np.random.Generator) -> Mask:
    """Each value's rows are split by the fraction; the rows left over by rounding go to the largest remainders."""
    codes = key.to_frame().select(pl.first().rank("dense").cast(pl.Int64).fill_null(0)).to_series().to_numpy()
    if not codes.size:
        return np.zeros(0, dtype=bool)
    sizes = np.bincount(codes)
    exact = sizes * fraction
    counts = np.floor(exact + 1e-9).astype(int)
    left_over = rounded_share(key.len(), fraction) - int(counts.sum())
    counts[np.argsort(-(exact - counts), kind="stable")[: max(left_over, 0)]] += 1
    order = np.argsort(codes, kind="stable")
    mask = np.zeros(key.len(), dtype=bool)
    for rows, count in zip(np.split(order, np.cumsum(sizes)[:-1]), counts, strict=True):
        mask[rows] = draw(rows.size, count, generator)
    return mask


def _matching(table: Table, expression: str) -> pl.Series:
    regular = parse_regular(expression)
    pattern = re.compile(regular.pattern)
    texts = table.column(regular.column).cast(pl.String)
    matching = [text for text in texts.drop_nulls().unique() if pattern.search(text)]
    return texts.is_in(matching).fill_null(False)


def _satisfying(table: Table, expression: str) -> pl.Series:
    told = parse_relative(expression).groups
    names = dict.fromkeys(comparison.column for group in told for comparison in group)
    frame = pl.DataFrame([table.column(name) for name in names])
    groups = [pl.all_horizontal([_compared(frame, comparison) for comparison in group]) for group in told]
    return frame.select(pl.any_horizontal(groups).fill_null(False).alias("first")).to_series()


def _compared(frame: pl.DataFrame, comparison: Comparison) -> pl.Expr:
    value = comparison.operand(column_type(frame.schema[comparison.column]))
    compared: pl.Expr = _OPERATORS[comparison.operator](pl.col(comparison.column), pl.lit(value))
    return compared.fill_null(False)
