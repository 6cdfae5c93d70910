"""The figures of a column that is not in memory: its pieces go by, once or twice; what needs them in order sorts them
in a file of the disk."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mlops.blocks.figures import Figures
from mlops.stats.pieces import compact

if TYPE_CHECKING:
    from mlops.blocks.values import Table


class PassedFigures(Figures):
    def __init__(self, table: Table, name: str) -> None:
        super().__init__(next(table.select_pieces([name])).to_series().clear())
        self._table = table

    @property
    def rows(self) -> int:
        return self._table.height

    @cached_property
    def _counts(self) -> tuple[int, bool, Any, Any]:
        """Gaps, whether all are finite, the least and the largest."""
        gaps, finite, lows, highs = 0, True, [], []
        for values in self._pieces():
            gaps += values.null_count()
            if values.dtype == pl.String:
                continue
            numbers = values.drop_nulls().cast(pl.Float64)
            finite = finite and bool(numbers.is_finite().all())
            lows.append(numbers.min())
            highs.append(numbers.max())
        found = [pl.Series(name, each, dtype=pl.Float64) for name, each in (("low", lows), ("high", highs))]
        return gaps, finite, found[0].min(), found[1].max()

    @property
    def gaps(self) -> int:
        return self._counts[0]

    def is_finite(self) -> bool:
        return self._counts[1]

    def minimum(self) -> Any:
        return self._counts[2]

    def maximum(self) -> Any:
        return self._counts[3]

    def mean(self) -> Any:
        return _moments(self._decimals())[0]

    def deviation(self) -> Any:
        return _moments(self._decimals())[1]

    def of_logs(self) -> tuple[Any, Any]:
        return _moments(numbers.filter(numbers > 0).log() for numbers in self._decimals())

    def median(self) -> Any:
        return self.quantile(0.5)

    def quantile(self, share: float) -> Any:
        """Between neighbours, as Polars' linear one."""
        ordered = self._ordered
        if not ordered.size:
            return None
        position = share * (ordered.size - 1)
        below = int(position)
        low, high = float(ordered[below]), float(ordered[math.ceil(position)])
        return low if low == high else low + (position - below) * (high - low)

    def mode(self) -> Any:
        """The values are dealt out by their hash, so that all equal ones are looked at together."""
        parts, best = self._table.parts([self.name]), (0, pl.Series())
        for part in range(parts):
            values = pl.concat(
                [compact(piece.filter(pl.first().hash() % parts == part)) for piece in self._frames()]
            ).to_series()
            counted = values.drop_nulls().alias("value").value_counts(name="rows")
            most: Any = counted["rows"].max() or 0
            if most >= max(best[0], 1):
                commonest = counted.filter(pl.col("rows") == most)["value"]
                best = (most, commonest if most > best[0] else pl.concat([best[1], commonest]))
        return best[1].sort()[0] if best[0] else None

    @cached_property
    def _ordered(self) -> Any:
        """All numbers in order, in a file that has no name and goes when nobody looks at it any more."""
        with tempfile.TemporaryFile() as file:
            count = 0
            for numbers in self._decimals():
                count += numbers.len()
                file.write(numbers.to_numpy().tobytes())
            file.flush()
            if not count:
                return np.empty(0)
            ordered = np.memmap(file, dtype=np.float64, mode="r+", shape=(count,))
        ordered.sort()
        return ordered

    def _decimals(self) -> Iterator[pl.Series]:
        for values in self._pieces():
            yield values.drop_nulls().cast(pl.Float64)

    def _pieces(self) -> Iterator[pl.Series]:
        for piece in self._frames():
            yield piece.to_series()

    def _frames(self) -> Iterator[pl.DataFrame]:
        return self._table.select_pieces([self.name])


def _moments(pieces: Iterator[pl.Series]) -> tuple[float | None, float | None]:
    """Mean and deviation, put together piece by piece (Chan, Golub and LeVeque 1979)."""
    count, mean, squares = 0, 0.0, 0.0
    for values in pieces:
        if not values.len():
            continue
        own_mean, own_squares = float(values.mean()), float(values.var(ddof=0)) * values.len()  # type: ignore[arg-type]
        whole, away = count + values.len(), own_mean - mean
        mean += away * values.len() / whole
        squares += own_squares + away**2 * count * values.len() / whole
        count = whole
    return (mean, math.sqrt(squares / count)) if count else (None, None)
