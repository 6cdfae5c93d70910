"""Deals the rows of a table out to folds, or takes the folds that were assigned on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from mlops.blocks.values import Table
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

CLASSES = ("two_class", "multiclass")


def assigned(table: Table) -> str | None:
    """The column with the folds that Partition and Sample dealt, if there is one."""
    return next((column.name for column in table.schema.columns if column.role == "fold"), None)


def fold_numbers(table: Table, label: str, task: str, *, folds: int, seed: int) -> Any:
    """One number a row, from 0. Classes are spread evenly over the folds.

    Raises Refusal: too_few_rows, too_few_of_a_class, folds_invalid."""
    column = assigned(table)
    if column is not None:
        return _dealt_before(table.frame[column])
    rows = table.frame.height
    if rows < 2 * folds:
        message = _("%(rows)s rows cannot be dealt out to %(folds)s folds; at least %(value)s are needed.") % {
            "rows": rows,
            "folds": folds,
            "value": 2 * folds,
        }
        hint = _("Lower the number of folds, or bring more rows.")
        raise Refusal("too_few_rows", message, hint=hint, status=422, where=Where(port="dataset"))
    generator = np.random.default_rng(seed)
    order = generator.permutation(rows)
    if task in CLASSES:
        key = table.frame[label]
        if task == "two_class":
            _require_enough(key, folds)
        codes = key.to_frame().select(pl.first().rank("dense").cast(pl.Int64).fill_null(0)).to_series().to_numpy()
        order = order[np.argsort(codes[order], kind="stable")]
    numbers = np.empty(rows, dtype=np.int64)
    numbers[order] = np.arange(rows) % folds
    return numbers


def divided(table: Table, numbers: Any, fold: int) -> tuple[Table, Table]:
    """The rows outside of the fold, to learn from, and those inside, to judge by."""
    inside = pl.Series(numbers == fold)
    return table.filtered(~inside), table.filtered(inside)


def _dealt_before(folds: pl.Series) -> Any:
    """Numbered from 0 in their order; whatever they were called."""
    if folds.null_count() or folds.n_unique() < 2:
        message = _("Column '%(name)s' does not assign each row to one of at least two folds.") % {"name": folds.name}
        hint = _("Use Partition and Sample with 'Assign to Folds' and at least two folds, on all rows.")
        raise Refusal("folds_invalid", message, hint=hint, status=422, where=Where(port="dataset", column=folds.name))
    return folds.to_frame().select(pl.first().rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()


def _require_enough(key: pl.Series, folds: int) -> None:
    counts = key.value_counts(sort=True).drop_nulls()
    if counts.height == 2 and counts["count"][1] < 2:
        name = counts[key.name].cast(pl.String)[1]
        message = _(
            "Class '%(name)s' of '%(name_2)s' has one single row, too few to be spread over %(folds)s folds."
        ) % {"name": name, "name_2": key.name, "folds": folds}
        hint = _("Bring more rows of this class, or choose another label.")
        raise Refusal("too_few_of_a_class", message, hint=hint, status=422, where=Where(column=key.name))
