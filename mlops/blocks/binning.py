"""Finds the edges of bins, and says in which bin a number lies. An edge belongs to the bin below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from mlops.blocks.components.group_data_into_bins import edges as custom_edges


def learned(frame: pl.DataFrame, column: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """`edges` between the bins, ascending; `share` is what the number of the bin is divided by, or None."""
    mode = parameters["binning_mode"]
    numbers = frame[column].cast(pl.Float64)
    finite = numbers.filter(numbers.is_finite())
    count = int(parameters["number_of_bins"])
    share: float | None = None
    if mode == "custom_edges":
        found = custom_edges(parameters["comma_separated_list_of_bin_edges"])
    elif mode == "entropy_mdl":
        kept = numbers.is_finite().fill_null(False)
        found = entropy_edges(numbers.filter(kept), frame[parameters["label_column"]].filter(kept))
    elif mode == "equal_width":
        found = _equal_widths(finite, count)
    else:
        found = _quantiles(finite, count)
        share = {"percent": (len(found) + 1) / 100, "pquantile": float(len(found) + 1)}.get(
            parameters["quantile_normalization"]
        )
    return {"edges": found, "share": share}


def binned(frame: pl.DataFrame, state: Mapping[str, Any]) -> pl.DataFrame:
    """One column: numbers of bins from 1 (or their shares); a gap stays a gap."""
    values = frame.to_series().cast(pl.Float64)
    places = np.searchsorted(np.asarray(state["edges"], dtype=float), values.fill_null(0.0).to_numpy(), side="left") + 1
    bins = pl.Series(values.name, places, dtype=pl.Int64)
    if state["share"] is not None:
        bins = bins.cast(pl.Float64) / state["share"]
    return bins.set(values.is_null() | values.is_nan().fill_null(False), None).to_frame()


def _quantiles(values: pl.Series, count: int) -> list[float]:
    """Equal values are never torn apart, so there may be fewer bins."""
    if not values.len():
        return []
    found = np.quantile(values.to_numpy(), np.arange(1, count) / count) if count > 1 else np.array([])
    top: Any = values.max()
    return sorted({float(edge) for edge in found if edge < top})


def _equal_widths(values: pl.Series, count: int) -> list[float]:
    low: Any = values.min()
    high: Any = values.max()
    if low is None or low == high:
        return []
    return [float(edge) for edge in np.linspace(low, high, count + 1)[1:-1]]


def entropy_edges(values: pl.Series, labels: pl.Series) -> list[float]:
    """Recursive cuts of least class entropy, as long as the minimum description length criterion accepts them.

    Fayyad and Irani, "Multi-interval discretization of continuous-valued attributes", 1993."""
    known = labels.is_not_null()
    codes = labels.filter(known).cast(pl.String).rank("dense").cast(pl.Int64).to_numpy() - 1
    numbers = values.filter(known).to_numpy()
    if not codes.size:
        return []
    order = np.argsort(numbers, kind="stable")
    points, starts = np.unique(numbers[order], return_index=True)
    counts = np.zeros((points.size, codes.max() + 1))
    np.add.at(counts, (np.repeat(np.arange(points.size), np.diff([*starts, codes.size])), codes[order]), 1)
    below = np.vstack([np.zeros(counts.shape[1]), counts.cumsum(axis=0)])
    found: list[float] = []
    waiting = [(0, points.size)]
    while waiting:
        start, end = waiting.pop()
        cut = _accepted_cut(below, start, end)
        if cut is not None:
            found.append(float((points[cut - 1] + points[cut]) / 2))
            waiting += [(start, cut), (cut, end)]
    return sorted(found)


def _accepted_cut(below: Any, start: int, end: int) -> int | None:
    """The place of the best cut between distinct values, or None where it does not pay."""
    if end - start < 2:
        return None
    whole = below[end] - below[start]
    cuts = np.arange(start + 1, end)
    left, right = below[cuts] - below[start], below[end] - below[cuts]
    sizes = left.sum(axis=1), right.sum(axis=1)
    total = whole.sum()
    parts = (sizes[0] * _entropy(left) + sizes[1] * _entropy(right)) / total
    best = int(np.argmin(parts))
    entropy = float(_entropy(whole[None])[0])
    kinds = [int((counts > 0).sum()) for counts in (whole, left[best], right[best])]
    halves = float(_entropy(left[best : best + 1])[0]), float(_entropy(right[best : best + 1])[0])
    price = np.log2(3.0 ** kinds[0] - 2) - (kinds[0] * entropy - kinds[1] * halves[0] - kinds[2] * halves[1])
    return int(cuts[best]) if entropy - parts[best] > (np.log2(total - 1) + price) / total else None


def _entropy(counts: Any) -> Any:
    """In bits, a row at a time."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return -(shares * np.log2(np.where(shares > 0, shares, 1))).sum(axis=1)
