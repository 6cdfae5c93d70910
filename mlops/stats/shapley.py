"""Shapley values of any function by walks from a background row to the explained one, a column at a time.

Štrumbelj and Kononenko, Explaining prediction models and individual predictions with feature contributions (2014):
each walk exchanges the columns in a random order; what an exchange changes belongs to the column. Here each background
row is walked from twice, in an order and in its reverse (antithetic: Mitchell et al., Sampling Permutations for Shapley
Value Estimation, 2022). The steps of a walk telescope, so base and contributions add up to the answer exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


def orders(columns: int, backgrounds: int, *, seed: int) -> Places:
    """[2 × backgrounds, columns]: the order of each walk; walks 2b and 2b + 1 start at background row b."""
    random = np.random.default_rng(seed)
    found = np.empty((2 * backgrounds, columns), dtype=np.int64)
    for place in range(backgrounds):
        found[2 * place] = random.permutation(columns)
        found[2 * place + 1] = found[2 * place][::-1]
    return found


def exchanged(order: Places) -> Bits:
    """[walks, columns - 1, columns]: which cells come from the explained row after each step but the last. Before the
    first a walk is at its background row, after the last at the explained row; both are known already."""
    walks, columns = order.shape
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(columns)[None, :].repeat(walks, axis=0), axis=1)
    steps = np.arange(1, columns)[None, :, None]
    found: Bits = ranks[:, None, :] < steps
    return found


def contributions(order: Places, *, starts: Numbers, between: Numbers, end: Numbers) -> Numbers:
    """[columns, outputs] of one row. `starts`: [backgrounds, outputs] answers to the background rows; `between`:
    [walks, columns - 1, outputs]; `end`: [outputs] the answer to the row itself."""
    walks, columns = order.shape
    first = np.repeat(starts, 2, axis=0)[:, None, :]
    last = np.broadcast_to(end, (walks, 1, end.shape[0]))
    gains = np.diff(np.concatenate([first, between, last], axis=1), axis=1)
    found = np.zeros((columns, end.shape[0]))
    for step in range(columns):
        np.add.at(found, order[:, step], gains[:, step, :])
    return found / walks


def asked(row: Any, backgrounds: Any, bits: Bits) -> Any:
    """[walks × (columns - 1), columns] codes of cells to ask with. `row`: [columns]; `backgrounds`: [rows, columns]."""
    walks, steps, columns = bits.shape
    start = np.repeat(backgrounds, 2, axis=0)[:, None, :]
    return np.where(bits, row[None, None, :], start).reshape(walks * steps, columns)
