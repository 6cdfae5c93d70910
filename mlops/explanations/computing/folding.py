"""From the cells of an estimator's matrix back to the columns of the dataset, whatever lies between them.

Which column a cell comes from is found by trying: each column in turn is dealt out anew, and the cells that change
belong to it. That holds for every transform alike. A cell that several columns make has no one owner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from mlops.explanations.computing.model import Numbers, OpenModel
from mlops.formats.refusal import Refusal

TRIED_ROWS = 200
NOBODY = -1


@dataclass(frozen=True, kw_only=True)
class Owners:
    """`share`: [cells, columns]; what a cell contributes is dealt out by it. `mixed`: cells of several columns."""

    share: Numbers
    mixed: int

    def fold(self, values: Numbers) -> Numbers:
        """[rows, columns, outputs] of [rows, cells, outputs]."""
        found: Numbers = np.einsum("rco,ck->rko", values, self.share, optimize=True)
        return found

    def unowned(self, values: Numbers) -> Numbers:
        """[outputs]: what cells contribute on average that no column changes; it belongs to the base."""
        nobody = self.share.sum(axis=1) == 0
        found: Numbers = values[:, nobody, :].sum(axis=1).mean(axis=0)
        return found


def owners_of(model: OpenModel, rows: pl.DataFrame, *, seed: int) -> Owners:
    assert model.cells is not None
    tried = rows.head(TRIED_ROWS)
    usual = model.cells(tried)
    changes = np.zeros((usual.shape[1], len(model.names)), dtype=bool)
    order = _dealt(tried.height, seed)
    for place, name in enumerate(model.names):
        changes[:, place] = _changed(model, tried.with_columns(tried[name].gather(order)), usual)
    _add_named(changes, model)
    counts = changes.sum(axis=1)
    share = changes / np.maximum(counts, 1)[:, None]
    return Owners(share=share, mixed=int((counts > 1).sum()))


def _dealt(rows: int, seed: int) -> npt.NDArray[np.int64]:
    """A shift, so that no row keeps its own value."""
    order = np.random.default_rng(seed).permutation(rows)
    found = np.empty(rows, dtype=np.int64)
    found[order] = np.roll(order, 1)
    return found


def _changed(model: OpenModel, frame: pl.DataFrame, usual: Numbers) -> npt.NDArray[np.bool_]:
    assert model.cells is not None
    try:
        cells = model.cells(frame)
    except Refusal:  # values that only stand together may be refused when they are dealt out
        return np.zeros(usual.shape[1], dtype=bool)
    same = (cells == usual) | (np.isnan(cells) & np.isnan(usual))
    found: npt.NDArray[np.bool_] = ~same.all(axis=0)
    return found


def _add_named(changes: npt.NDArray[np.bool_], model: OpenModel) -> None:
    """A cell that did not change here belongs to the column that it is named after."""
    places = {name: place for place, name in enumerate(model.names)}
    for cell, name in enumerate(model.cell_columns[: len(changes)]):
        if not changes[cell].any() and name in places:
            changes[cell, places[name]] = True
