"""Distances between the distributions of two sets of numbers, from one merge of both.

Kolmogorov-Smirnov: the largest difference of the distribution functions. Wasserstein (the first, "earth mover's"): the
area between them. Both agree with scipy's ks_2samp and wasserstein_distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlops.stats.drift.numbers import Numbers


@dataclass(frozen=True)
class Apart:
    kolmogorov_smirnov: float
    wasserstein: float
    """In the column's unit."""


def apart(first: Numbers, second: Numbers) -> Apart:
    """Both have at least one row. Linear in their lengths."""
    import numpy as np

    values, of_first, of_second = _merged(first, second)
    difference = np.abs(of_first - of_second)
    steps = np.diff(values)
    last_of_ties = np.append(steps > 0, True)
    return Apart(
        kolmogorov_smirnov=float(difference.max(where=last_of_ties, initial=0.0)),
        wasserstein=float(difference[:-1] @ steps),
    )


def _merged(first: Numbers, second: Numbers) -> tuple[Any, Any, Any]:
    """All values in order, and at each the share of either's rows at or below it (at the last of equal ones)."""
    import numpy as np

    total = first.values.size + second.values.size
    is_second = np.zeros(total, dtype=bool)
    places = np.searchsorted(first.values, second.values, side="right")
    is_second[places + np.arange(second.values.size)] = True
    is_first = ~is_second
    values = np.empty(total)
    values[is_second] = second.values
    values[is_first] = first.values
    return values, _shares(first, is_first), _shares(second, is_second)


def _shares(numbers: Numbers, is_here: Any) -> Any:
    import numpy as np

    if numbers.masses is None:
        return np.cumsum(is_here) / numbers.rows
    masses = np.zeros(is_here.size)
    masses[is_here] = numbers.masses
    return np.cumsum(masses) / numbers.rows
