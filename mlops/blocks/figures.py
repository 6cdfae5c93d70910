"""What components learn from one column, in the words of statistics. Gaps are left out."""

from __future__ import annotations

from typing import Any

import polars as pl


class Figures:
    """Of a column in memory; `PassedFigures` are those of one that is not. Numbers are taken as decimals."""

    def __init__(self, values: pl.Series) -> None:
        self._values = values
        self._known: pl.Series | None = None

    @property
    def name(self) -> str:
        return self._values.name

    @property
    def dtype(self) -> pl.DataType:
        return self._values.dtype

    @property
    def rows(self) -> int:
        return self._values.len()

    @property
    def gaps(self) -> int:
        return self._values.null_count()

    def is_finite(self) -> bool:
        return bool(self._numbers.is_finite().all())

    def minimum(self) -> Any:
        """As a decimal; None where there is no value, as of all of these."""
        return self._numbers.min()

    def maximum(self) -> Any:
        return self._numbers.max()

    def mean(self) -> Any:
        return self._numbers.mean()

    def deviation(self) -> Any:
        """Of all values, not of a sample."""
        return self._numbers.std(ddof=0)

    def of_logs(self) -> tuple[Any, Any]:
        """Mean and deviation of the logarithms of the positive values."""
        logs = self._numbers.filter(self._numbers > 0).log()
        return logs.mean(), logs.std(ddof=0)

    def quantile(self, share: float) -> Any:
        return self._numbers.quantile(share, interpolation="linear")

    def median(self) -> Any:
        return self._numbers.median()

    def mode(self) -> Any:
        """The commonest value, of several the least."""
        modes = self._values.drop_nulls().mode().sort()
        return modes[0] if modes.len() else None

    @property
    def _numbers(self) -> pl.Series:
        if self._known is None:
            self._known = self._values.cast(pl.Float64).drop_nulls()
        return self._known
