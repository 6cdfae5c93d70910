"""Bootstrap intervals of the difference between two measures (Efron and Tibshirani, 1993)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

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


Measures = Callable[[Any], dict[str, float]]
"""All measures of the rows with the given numbers by key; those that are not defined for them are left out."""


class PairedDraws(NamedTuple):
    """Of one measure: (challenger - champion) on all rows, and on each resample where both are defined."""

    estimate: float
    draws: npt.NDArray[Any]

    def interval(self, level: float) -> tuple[float, float]:
        """Two-sided percentile bounds."""
        import numpy as np

        tails = 50 * (1 - level)
        low, high = np.percentile(self.draws, [tails, 100 - tails])
        return float(low), float(high)


def paired_draws(
    champion: Measures, challenger: Measures, *, rows: int, resamples: int, seed: int
) -> dict[str, PairedDraws]:
    """By measure that both have on all rows. Each resample has the same rows for both, which keeps what makes a row
    hard for both out of the difference. Of more than 10,000 rows, as in `difference_intervals`. A measure that half of
    the resamples leave undefined is left out."""
    import numpy as np

    every = np.arange(rows)
    old, new = champion(every), challenger(every)
    estimates = {key: new[key] - old[key] for key in new if key in old}
    found: dict[str, list[float]] = {key: [] for key in estimates}
    generator, size = np.random.default_rng(seed), min(rows, MOST_ROWS)
    for _resample in range(resamples):
        chosen = generator.integers(0, rows, size)
        old, new = champion(chosen), challenger(chosen)
        for key, drawn in found.items():
            if key in old and key in new:
                drawn.append(new[key] - old[key])
    scale = np.sqrt(size / rows) if rows else 1.0
    return {
        key: PairedDraws(estimates[key], _scaled(np.array(drawn), estimates[key], scale))
        for key, drawn in found.items()
        if len(drawn) * 2 > resamples
    }


def _scaled(drawn: npt.NDArray[Any], estimate: float, scale: float) -> npt.NDArray[Any]:
    return drawn if scale == 1 else estimate + (drawn - drawn.mean()) * scale
