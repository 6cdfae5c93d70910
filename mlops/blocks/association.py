"""How much one column says about another: the scores of Filter Based Feature Selection.

Rows in which either column has a gap do not count. None where a score is not defined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = npt.NDArray[np.float64]
BINS = 10
MOST_LEVELS = 1_000


def pearson(first: pl.Series, second: pl.Series) -> float | None:
    """Of two number columns."""
    x, y = _numbers(first), _numbers(second)
    known = np.isfinite(x) & np.isfinite(y)
    return _correlation(x[known], y[known])


def association(feature: pl.Series, target: pl.Series, method: str) -> float | None:
    """At least 0: the larger, the more. `method` is a key of METHODS."""
    known = feature.is_not_null() & target.is_not_null()
    if not known.any():
        return None
    found = METHODS[method](feature.filter(known), target.filter(known))
    return None if found is None or not np.isfinite(found) else abs(float(found))


def _pearson(feature: pl.Series, target: pl.Series) -> float | None:
    x, y = _scale(feature), _scale(target)
    if x is None or y is None:
        return None
    known = np.isfinite(x) & np.isfinite(y)
    return _correlation(x[known], y[known])


def _spearman(feature: pl.Series, target: pl.Series) -> float | None:
    x, y = _scale(feature), _scale(target)
    if x is None or y is None:
        return None
    return _correlation(_ranks(x), _ranks(y))


def _kendall(feature: pl.Series, target: pl.Series) -> float | None:
    """Tau-b, which corrects for equal values."""
    from scipy.stats import kendalltau

    x, y = _scale(feature), _scale(target)
    return None if x is None or y is None else float(kendalltau(x, y).statistic)


def _chi_squared(feature: pl.Series, target: pl.Series) -> float | None:
    """The statistic of independence; number columns in bins of about equal size."""
    counts = _contingency(feature, target)
    if counts is None or min(counts.shape) < 2:
        return None
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True) / counts.sum()
    return float(((counts - expected) ** 2 / expected).sum())


def _mutual_information(feature: pl.Series, target: pl.Series) -> float | None:
    """In nats; number columns in bins of about equal size."""
    counts = _contingency(feature, target)
    if counts is None:
        return None
    joint = counts / counts.sum()
    apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    some = joint > 0
    return max(float((joint[some] * np.log(joint[some] / apart[some])).sum()), 0.0)


def _fisher(feature: pl.Series, target: pl.Series) -> float | None:
    """Spread of the class means over the spread within the classes (Duda, Hart, Stork 2001)."""
    x, codes = _scale(feature), _codes(target)
    if x is None or codes is None:
        return None
    known = np.isfinite(x)
    x, codes = x[known], codes[known]
    sizes = np.bincount(codes)
    means = np.bincount(codes, weights=x) / np.maximum(sizes, 1)
    between = float((sizes * (means - x.mean()) ** 2).sum())
    within = float(((x - means[codes]) ** 2).sum())
    return None if not within and not between else (between / within if within else float("inf"))


METHODS: dict[str, Callable[[pl.Series, pl.Series], float | None]] = {
    "pearson": _pearson,
    "mutual_information": _mutual_information,
    "kendall": _kendall,
    "spearman": _spearman,
    "chi_squared": _chi_squared,
    "fisher_score": _fisher,
}


def _numbers(values: pl.Series) -> Numbers:
    return values.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _scale(values: pl.Series) -> Numbers | None:
    """Numbers, dates, yes/no, or a text of two values as 0 and 1; None for other texts, which have no order."""
    if values.dtype == pl.Datetime("us"):
        return values.cast(pl.Int64).cast(pl.Float64).to_numpy()
    if values.dtype == pl.String:
        return values.rank("dense").cast(pl.Float64).to_numpy() - 1 if values.n_unique() <= 2 else None
    return _numbers(values)


def _correlation(x: Numbers, y: Numbers) -> float | None:
    if x.size < 2:
        return None
    x, y = x - x.mean(), y - y.mean()
    size = np.sqrt((x * x).sum() * (y * y).sum())
    return float(np.clip((x * y).sum() / size, -1, 1)) if size > 0 and np.isfinite(size) else None


def _ranks(x: Numbers) -> Numbers:
    return pl.Series(x).rank("average").to_numpy().astype(np.float64)


def _contingency(feature: pl.Series, target: pl.Series) -> Any:
    """Counts by level or bin, [levels of the feature, levels of the target], without empty ones."""
    first, second = _codes(feature), _codes(target)
    if first is None or second is None:
        return None
    width = int(second.max()) + 1
    counts = np.bincount(first * width + second, minlength=(int(first.max()) + 1) * width).reshape(-1, width)
    counts = counts[counts.sum(axis=1) > 0]
    return counts[:, counts.sum(axis=0) > 0].astype(np.float64)


def _codes(values: pl.Series) -> Any:
    """A whole number from 0 for each level, or for each bin of a column with many numbers."""
    many = values.n_unique() > BINS
    if many and (values.dtype.is_numeric() or values.dtype == pl.Datetime("us")):
        numbers = values.cast(pl.Int64) if values.dtype == pl.Datetime("us") else values
        x = numbers.cast(pl.Float64).to_numpy()
        finite = x[np.isfinite(x)]
        edges = np.unique(np.quantile(finite, np.arange(1, BINS) / BINS)) if finite.size else finite
        return np.searchsorted(edges, x, side="left")
    if values.n_unique() > MOST_LEVELS:
        return None
    return (values.rank("dense").cast(pl.Int64) - 1).to_numpy()
