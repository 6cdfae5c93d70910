"""From an untrained model's parameters to a fitted estimator: the protocol that all families follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[Any]
Log = Callable[[str], None]


def silent(text: str) -> None:
    """A log that nobody reads."""


class Fitting(Protocol):
    """`matrix`: float32 [rows, width]; `target`: numbers, or class indices 0 to K-1, each present.

    Returns the fitted estimator to keep. `log` is told what a limit cut short."""

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any: ...


def balanced(target: Numbers, weights: Numbers | None) -> Numbers:
    """Weights with which each class counts alike: times rows / (classes x the class's weight)."""
    given = np.ones(target.size) if weights is None else weights
    sums = np.bincount(target, weights=given)
    share = np.divide(given.sum(), sums * np.count_nonzero(sums), out=np.zeros_like(sums), where=sums > 0)
    return given * share[target]
