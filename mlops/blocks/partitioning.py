"""Draws rows and deals them out to folds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mlops.blocks.components.partition_and_sample import (
    ASSIGN,
    FOLD,
    HEAD,
    MODE,
    SAMPLING,
    fold_column,
    folded_columns,
    shares,
)
from mlops.blocks.splitting import rows_of_first_part
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Table


def partitioned(call: Call) -> Table:
    table, parameters = call.table("dataset"), call.parameters
    mode = parameters[MODE]
    if mode == HEAD:
        result = table.filtered(pl.Series(np.arange(table.height) < parameters["number_of_rows_to_select"]))
    elif mode == SAMPLING:
        result = table.filtered(_drawn(table, call))
    elif mode == ASSIGN:
        return _assigned(table, call)
    else:
        result = _picked(table, call)
    call.report.log(f"{result.height} of {table.height} rows.")
    return result


def _drawn(table: Table, call: Call) -> pl.Series:
    how = dict(call.parameters) | {
        "splitting_mode": "split_rows",
        "randomized_split": True,
        "fraction_of_rows_in_the_first_output_dataset": call.parameters["rate_of_sampling"],
    }
    return rows_of_first_part(table, how, seed=call.seed)


def _assigned(table: Table, call: Call) -> Table:
    parameters, rows = call.parameters, table.frame.height
    generator = np.random.default_rng(int(parameters["random_seed"] or call.seed))
    if parameters["use_replacement_in_the_partitioning"] and rows:
        table = table.taken(pl.Series(np.sort(generator.integers(0, rows, rows)), dtype=pl.UInt32))
    even = parameters["partitioner_method"] == "even"
    parts = (
        (1 / parameters["number_of_folds"],) * parameters["number_of_folds"]
        if even
        else shares(parameters["proportion_list_of_folds"])
    )
    key = table.frame[parameters["stratification_key_column"]] if parameters["stratified_split"] else None
    folds = fold_numbers(rows, parts, generator, key=key, shuffled=parameters["randomized_split"])
    frame = table.frame.drop(fold_column(table.schema) or [], strict=False).drop(FOLD, strict=False)
    call.report.log("Rows a fold: " + ", ".join(str(int((folds == place + 1).sum())) for place in range(len(parts))))
    return table.with_frame(frame.with_columns(pl.Series(FOLD, folds)), columns=folded_columns(table.schema))


def fold_numbers(
    rows: int, parts: tuple[float, ...], generator: np.random.Generator, *, key: pl.Series | None, shuffled: bool
) -> Any:
    """A number from 1 for each row. With `key`, each of its values is spread over the folds by the shares."""
    order = generator.permutation(rows) if shuffled else np.arange(rows)
    if key is not None:
        codes = key.to_frame().select(pl.first().rank("dense").cast(pl.Int64).fill_null(0)).to_series().to_numpy()
        order = order[np.argsort(codes[order], kind="stable")]
        # neighbours in this order are alike, so that dealing them out in turn spreads each value
        dealt = _in_turn(rows, parts)
    else:
        dealt = np.repeat(np.arange(len(parts)), np.diff(np.rint(np.cumsum([0.0, *parts]) * rows).astype(int)))
    folds = np.empty(rows, dtype=np.int64)
    folds[order] = dealt + 1
    return folds


def _in_turn(rows: int, parts: tuple[float, ...]) -> Any:
    """Fold places such that every stretch of rows has about the shares: the fold most behind is next."""
    if len(set(parts)) == 1:
        return np.arange(rows) % len(parts)
    dealt, given, wanted = np.empty(rows, dtype=np.int64), np.zeros(len(parts)), np.asarray(parts)
    for row in range(rows):
        dealt[row] = np.argmax(wanted * (row + 1) - given)
        given[dealt[row]] += 1
    return dealt


def _picked(table: Table, call: Call) -> Table:
    name = fold_column(table.schema)
    assert name is not None
    wanted, folds = call.parameters["fold_to_pick"], table.figures(name)
    most = int(folds.maximum() or 0)
    if folds.rows and wanted > most:
        message = _("There is no fold %(wanted)s; the folds are 1 to %(most)s.") % {"wanted": wanted, "most": most}
        where = Where(parameter="fold_to_pick", column=name, value=str(wanted))
        raise Refusal("parameter_range", message, hint=_("Choose one of them."), status=422, where=where)
    rest = call.parameters["pick_complement_of_the_selected_fold"]
    return table.filtered(table.mask([name], lambda piece: piece[name] != wanted if rest else piece[name] == wanted))
