"""Distances between the distributions of two sets of numbers, exact for raw values, from both in order.

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
    """Both have at least one row. Nearly linear in their lengths."""
    if first.upto is None and second.upto is None:
        values = sorted((first.values, second.values), key=len)
        return Apart(_largest_difference(*values), _mean_distance(*values))
    return _apart_merged(first, second)


def _largest_difference(few: Any, many: Any) -> float:
    """The distribution functions differ most at, or just before, one of the few: between two of them only the other
    one grows."""
    import numpy as np

    before = np.searchsorted(many, few, side="left")
    has_ties = bool((many[np.minimum(before, many.size - 1)] == few).any())
    upto = np.searchsorted(many, few, side="right") if has_ties else before
    own = np.arange(few.size + 1) / few.size
    return float(max((before / many.size - own[:-1]).max(), (own[1:] - upto / many.size).max(), 0.0))


def _mean_distance(few: Any, many: Any) -> float:
    """The area between the quantile functions: each of the many faces one of the few, or two with a border between."""
    import numpy as np

    if few.size == many.size:
        return float(np.abs(few - many).mean())
    start = np.arange(many.size, dtype=np.int64) * few.size
    facing = start // many.size
    to_border = np.minimum((facing + 1) * many.size - start, few.size)
    area = np.abs(many - few[facing]) @ to_border
    has_two = to_border < few.size
    rest = few.size - to_border[has_two]
    area += np.abs(many[has_two] - few[facing[has_two] + 1]) @ rest
    return float(area / few.size / many.size)


def _apart_merged(first: Numbers, second: Numbers) -> Apart:
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
