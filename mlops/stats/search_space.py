"""Values of a hyperparameter by their share (0–1) of its distribution, and back; the grid of those that are finite."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

from mlops.formats.sweep import Distribution

EDGE = 1e-6
"""Shares of the normal kinds stay this far from 0 and 1, which lie at infinity."""


def value_at(one: Distribution, share: float, *, base: float = math.e) -> Any:
    """The inverse of the cumulative distribution at `share`. `base`: of the logarithmic kinds."""
    if one.type == "choice":
        return one.values[min(int(share * len(one.values)), len(one.values) - 1)]
    if one.type == "randint":
        return min(int(share * one.upper), one.upper - 1)
    if "normal" in one.type:
        number = NormalDist(one.mu, one.sigma).inv_cdf(min(max(share, EDGE), 1 - EDGE))
    else:
        number = one.min_value + (one.max_value - one.min_value) * share
    if "log" in one.type:
        number = base**number
    return _stepped(number, one.q) if one.q else number


def share_of(one: Distribution, value: Any) -> float:
    """The share at which a value of the distribution lies; of a stepped one, that of its step. Not of a choice."""
    if one.type == "randint":
        return (float(value) + 0.5) / one.upper
    number = math.log(max(float(value), 1e-300)) if "log" in one.type else float(value)
    if "normal" in one.type:
        return NormalDist(one.mu, one.sigma).cdf(number)
    return min(max((number - one.min_value) / (one.max_value - one.min_value), 0.0), 1.0)


def values_of(one: Distribution) -> tuple[Any, ...] | None:
    """All of them, in order; None where there is no end of them."""
    if one.type == "choice":
        return one.values
    if one.type == "randint":
        return tuple(range(one.upper))
    if one.type in ("quniform", "qloguniform"):
        low, high = (math.exp(end) if "log" in one.type else end for end in (one.min_value, one.max_value))
        return tuple(_stepped(step * one.q, one.q) for step in range(round(low / one.q), round(high / one.q) + 1))
    return None


def grid_size(space: Mapping[str, Distribution]) -> int | None:
    """How many combinations there are; None where there is no end of them."""
    counts = [values_of(one) for one in space.values()]
    return None if None in counts else math.prod(len(values or ()) for values in counts)


def grid_point(space: Mapping[str, Distribution], number: int) -> dict[str, Any]:
    """The combination of that number, from 0: the last name varies fastest."""
    found: dict[str, Any] = {}
    for name, one in reversed(list(space.items())):
        values = values_of(one) or ()
        number, place = divmod(number, len(values))
        found[name] = values[place]
    return {name: found[name] for name in space}


def _stepped(number: float, step: float) -> float:
    """The nearest multiple, without the noise of binary fractions."""
    return float(f"{round(number / step) * step:.12g}")
