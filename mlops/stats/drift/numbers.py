"""Numbers as a distribution: values in order with how many rows lie at or below each, raw or thinned."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

KNOTS = 10_000
"""Of a thinned distribution: no more than 1 / KNOTS of the rows lies between two neighbours."""


@dataclass(frozen=True)
class Numbers:
    """`values` ascending, finite float64. `upto[i]`: rows at or below `values[i]`; None: every value is one row."""

    values: npt.NDArray[Any]
    upto: npt.NDArray[Any] | None = None

    @property
    def rows(self) -> int:
        if self.upto is not None:
            return int(self.upto[-1]) if self.upto.size else 0
        return int(self.values.size)

    @cached_property
    def masses(self) -> Any:
        """Rows of each value, float64; None: one each."""
        import numpy as np

        return None if self.upto is None else np.diff(self.upto, prepend=0).astype(np.float64)

    def below(self, points: Any, *, inclusive: bool) -> Any:
        """How many rows lie below each point, or (inclusive) at or below it; int64."""
        import numpy as np

        places = np.searchsorted(self.values, points, side="right" if inclusive else "left")
        if self.upto is None:
            return places
        return np.concatenate([[0], self.upto])[places]

    def quantile(self, share: float) -> float:
        """The smallest value with at least this share of the rows at or below it."""
        import numpy as np

        wanted = max(int(np.ceil(share * self.rows - 1e-9)), 1)
        place = wanted - 1 if self.upto is None else int(np.searchsorted(self.upto, wanted, side="left"))
        return float(self.values[min(place, self.values.size - 1)])

    def median(self) -> float:
        """The mean of the two middle rows."""
        rows = self.rows
        low, high = (rows + 1) // 2, rows // 2 + 1
        return (self._at(low) + self._at(high)) / 2

    def _at(self, rank: int) -> float:
        import numpy as np

        place = rank - 1 if self.upto is None else int(np.searchsorted(self.upto, rank, side="left"))
        return float(self.values[place])


def counted(numbers: Numbers) -> Numbers:
    """The same distribution with each value once."""
    import numpy as np

    if not numbers.values.size:
        return Numbers(numbers.values, np.zeros(0, dtype=np.int64))
    last = np.append(numbers.values[1:] != numbers.values[:-1], True)
    upto = np.flatnonzero(last) + 1 if numbers.upto is None else numbers.upto[last]
    return Numbers(numbers.values[last], upto.astype(np.int64))


def distinct(numbers: Numbers) -> int:
    import numpy as np

    values = numbers.values
    return int(np.count_nonzero(values[1:] != values[:-1])) + 1 if values.size else 0


def thinned(numbers: Numbers, knots: int = KNOTS) -> Numbers:
    """Exact where there are no more than `knots` values. Else order statistics at even ranks, each with the exact
    number of rows at or below it: the distribution function is exact at the knots and nowhere off by more than
    1 / (knots - 1) (plus one row); a Wasserstein distance by no more than the range / (knots - 1)."""
    import numpy as np

    if distinct(numbers) <= knots:
        return counted(numbers)
    ranks = np.ceil(np.linspace(1, numbers.rows, knots)).astype(np.int64)
    places = ranks - 1 if numbers.upto is None else np.searchsorted(numbers.upto, ranks, side="left")
    values = np.unique(numbers.values[places])
    return Numbers(values, numbers.below(values, inclusive=True).astype(np.int64))
