"""Bootstrap intervals of the difference between two measures (Efron and Tibshirani, 1993)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

Measure = Callable[[Any], float | None]
"""The measure of the rows with the given numbers, which may repeat; None where it is not defined for them."""

MOST_ROWS = 10_000


def difference_intervals(
    measures: Sequence[Measure],
    rows: Sequence[int],
    *,
    to: int,
    differences: Sequence[float],
    paired: bool,
    resamples: int,
    level: float,
    seed: int,
) -> list[tuple[float, float]]:
    """For each measure the bounds of (its value - the value of measure `to`), whose estimates are `differences`.

    `rows`: how many rows each has. Paired: all are measured on the same resample. Up to 10,000 rows the bounds are
    percentiles; of more rows, resamples have 10,000 and their deviations are scaled by the root of the share
    (m out of n, Bickel et al., 1997)."""
    import numpy as np

    generator = np.random.default_rng(seed)
    drawn: list[list[float]] = []
    for _resample in range(resamples):
        values = _measured(measures, rows, generator, paired=paired)
        if values is not None:
            drawn.append([value - values[to] for value in values])
    if not drawn:
        return [(difference, difference) for difference in differences]
    found = np.array(drawn)
    scale = np.sqrt([min(1.0, MOST_ROWS / max(count, rows[to])) for count in rows])
    tails = 100 * (1 - level) / 2
    bounds = np.percentile(found, [tails, 100 - tails], axis=0)
    centre = np.array(differences)
    low, high = (np.where(scale < 1, centre + (bound - found.mean(axis=0)) * scale, bound) for bound in bounds)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _measured(measures: Sequence[Measure], rows: Sequence[int], generator: Any, *, paired: bool) -> list[float] | None:
    """None where the resample leaves a measure undefined."""
    chosen: npt.NDArray[Any] | None = None
    values = []
    for measure, count in zip(measures, rows, strict=True):
        if chosen is None or not paired:
            chosen = generator.integers(0, count, min(count, MOST_ROWS))
        value = measure(chosen)
        if value is None:
            return None
        values.append(value)
    return values
