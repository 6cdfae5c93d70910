"""Statistics of columns, one column in memory at a time. Gaps and infinite values do not count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from mlops.blocks.components.summarize_data import COLUMNS, MEASURES

Numbers = npt.NDArray[np.float64]
QUANTILES = {"P0.5": 0.005, "P1": 0.01, "P5": 0.05, "P95": 0.95, "P99.5": 0.995}


def summary(frame: pl.DataFrame) -> pl.DataFrame:
    """One row a column, with the columns COLUMNS."""
    rows = [_row(values) for values in frame.get_columns()]
    names = [column.name for column in COLUMNS]
    types = [pl.String, *[pl.Int64] * 3, *[pl.Float64] * len(MEASURES)]
    return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")


def _row(values: pl.Series) -> list[Any]:
    counts = [values.len(), values.drop_nulls().n_unique(), values.null_count()]
    numbers = finite_numbers(values) if values.dtype.is_numeric() else np.array([])
    return [values.name, *counts, *(measure(numbers, name) for name in MEASURES)]


def finite_numbers(values: pl.Series) -> Numbers:
    """Sorted."""
    numbers = values.cast(pl.Float64).drop_nulls().to_numpy()
    return np.sort(numbers[np.isfinite(numbers)])


def measure(numbers: Numbers, name: str) -> float | None:
    """Of sorted numbers; None where it is not defined."""
    if not numbers.size:
        return None
    share = QUANTILES.get(name)
    with np.errstate(all="ignore"):
        found = float(np.quantile(numbers, share)) if share is not None else float(_MEASURES[name](numbers))
    return found if np.isfinite(found) else None


def _mode(numbers: Numbers) -> float:
    values, counts = np.unique(numbers, return_counts=True)
    return float(values[np.argmax(counts)])


def _variance(numbers: Numbers) -> float:
    return float(numbers.var(ddof=1)) if numbers.size > 1 else float("nan")


def _skewness(numbers: Numbers) -> float:
    """The adjusted Fisher-Pearson coefficient G1."""
    size, deviations = numbers.size, numbers - numbers.mean()
    if size < 3 or not deviations.any():
        return float("nan")
    plain = float((deviations**3).mean() / (deviations**2).mean() ** 1.5)
    return float(plain * np.sqrt(size * (size - 1)) / (size - 2))


def _kurtosis(numbers: Numbers) -> float:
    """The sample excess kurtosis G2."""
    size, deviations = numbers.size, numbers - numbers.mean()
    if size < 4 or not deviations.any():
        return float("nan")
    plain = float((deviations**4).mean() / (deviations**2).mean() ** 2 - 3)
    return (size - 1) / ((size - 2) * (size - 3)) * ((size + 1) * plain + 6)


_MEASURES: dict[str, Callable[[Numbers], Any]] = {
    "Min": np.min,
    "Max": np.max,
    "Mean": np.mean,
    "Mean Deviation": lambda x: np.abs(x - x.mean()).mean(),
    "1st Quartile": lambda x: np.quantile(x, 0.25),
    "Median": np.median,
    "3rd Quartile": lambda x: np.quantile(x, 0.75),
    "Mode": _mode,
    "Range": np.ptp,
    "Sample Variance": _variance,
    "Sample Standard Deviation": lambda x: np.sqrt(_variance(x)),
    "Sample Skewness": _skewness,
    "Sample Kurtosis": _kurtosis,
    "Deviation Squared Sum": lambda x: ((x - x.mean()) ** 2).sum(),
    "Geometric Mean": lambda x: np.exp(np.log(x).mean()) if (x > 0).all() else np.nan,
    "Harmonic Mean": lambda x: x.size / (1 / x).sum() if (x > 0).all() else np.nan,
    "Interquartile Distance": lambda x: np.quantile(x, 0.75) - np.quantile(x, 0.25),
    "Median Deviation": lambda x: np.median(np.abs(x - np.median(x))),
    "Population Standard Deviation": np.std,
    "Population Variance": np.var,
    "Product": np.prod,
    "Sum": np.sum,
}
