"""Which rows go to the first part of a split."""

from __future__ import annotations

import operator
import re
import tempfile
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

LONG = 4_000_000
"""Rows of which a list of numbers is too much memory to take without need."""

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
        key = parameters["stratification_key_column"]
        return _stratified(table, key, rounded_share(table.height, fraction), fraction, draw, generator)
    return pl.Series(draw(table.height, rounded_share(table.height, fraction), generator))


def rounded_share(rows: int, fraction: float) -> int:
    """Half a row counts as one."""
    return int(np.floor(rows * fraction + 0.5 + 1e-9))


def _drawn(rows: int, count: int, generator: np.random.Generator) -> Mask:
    mask = np.zeros(rows, dtype=bool)
    if rows <= LONG:
        mask[generator.permutation(rows)[:count]] = True
        return mask
    with tempfile.TemporaryFile() as file:  # the same permutation, where it takes no memory
        order = np.memmap(file, dtype=np.uint32, mode="w+", shape=(rows,)).view(np.ndarray)
        for begin in range(0, rows, LONG):
            order[begin : begin + LONG] = np.arange(begin, min(begin + LONG, rows), dtype=np.uint32)
        generator.shuffle(order)
        for begin in range(0, count, LONG):
            mask[order[begin : min(begin + LONG, count)]] = True
    return mask


def _first(rows: int, count: int, generator: np.random.Generator) -> Mask:
    return np.arange(rows) < count


def _stratified(
    table: Table, key: str, taken: int, fraction: float, draw: Callable[..., Mask], generator: np.random.Generator
) -> pl.Series:
    """Each value's rows are split by the fraction; the rows left over by rounding go to the largest remainders."""
    sizes = _sizes(table, key)
    exact = sizes["rows"].to_numpy() * fraction
    counts = np.floor(exact + 1e-9).astype(int)
    left_over = taken - int(counts.sum())
    counts[np.argsort(-(exact - counts), kind="stable")[: max(left_over, 0)]] += 1
    drawn = [draw(size, count, generator) for size, count in zip(sizes["rows"], counts, strict=True)]
    places = sizes.select("key").with_row_index("place")
    passed = np.zeros(len(drawn), dtype=np.int64)

    def of_piece(piece: pl.DataFrame) -> pl.Series:
        keys = piece.select(pl.col(key).alias("key"))
        found = keys.join(places, on="key", how="left", nulls_equal=True, maintain_order="left")["place"].to_numpy()
        mask = np.zeros(found.size, dtype=bool)
        order = np.argsort(found, kind="stable")
        present, begins = np.unique(found[order], return_index=True)
        ends = [*begins[1:], found.size][: present.size]
        for place, begin, end in zip(present, begins, ends, strict=True):
            rows = order[begin:end]
            mask[rows] = drawn[place][passed[place] : passed[place] + rows.size]
            passed[place] += rows.size
        return pl.Series(mask, dtype=pl.Boolean)

    return table.mask([key], of_piece)


def _sizes(table: Table, key: str) -> pl.DataFrame:
    """How many rows each value has, in the order of the values, gaps first."""
    counted: pl.DataFrame | None = None
    for piece in table.select_pieces([key]):
        own = piece.select(pl.col(key).alias("key")).group_by("key").agg(rows=pl.len())
        both = own if counted is None else pl.concat([counted, own])
        counted = both.group_by("key").agg(pl.col("rows").sum())
    assert counted is not None
    return counted.sort("key", nulls_last=False)


def _matching(table: Table, expression: str) -> pl.Series:
    regular = parse_regular(expression)
    pattern = re.compile(regular.pattern)

    def of_piece(piece: pl.DataFrame) -> pl.Series:
        texts = piece[regular.column].cast(pl.String)
        matching = [text for text in texts.drop_nulls().unique() if pattern.search(text)]
        return texts.is_in(matching).fill_null(False)

    return table.mask([regular.column], of_piece)


def _satisfying(table: Table, expression: str) -> pl.Series:
    told = parse_relative(expression).groups
    names = dict.fromkeys(comparison.column for group in told for comparison in group)

    def of_piece(piece: pl.DataFrame) -> pl.Series:
        groups = [pl.all_horizontal([_compared(piece, comparison) for comparison in group]) for group in told]
        return piece.select(pl.any_horizontal(groups).fill_null(False).alias("first")).to_series()

    return table.mask(list(names), of_piece)


def _compared(frame: pl.DataFrame, comparison: Comparison) -> pl.Expr:
    value = comparison.operand(column_type(frame.schema[comparison.column]))
    compared: pl.Expr = _OPERATORS[comparison.operator](pl.col(comparison.column), pl.lit(value))
    return compared.fill_null(False)
