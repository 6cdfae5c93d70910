"""Minimises a convex loss of weighted sums with both penalties by L-BFGS.

The L1 term is made smooth by writing the weights as the difference of two non-negative parts, which is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops.blocks.learning.fitting import Numbers

MOST_ITERATIONS, FEWEST_ITERATIONS = 500, 50
MOST_WORK = 1e10
"""Cells times outputs times iterations: bounds the time on a big table."""

MOST_PRECISE_CELLS = 5_000_000
"""More are kept in float32."""

Loss = Callable[[Numbers], tuple[float, Numbers]]
"""Weights and intercepts [outputs, width + 1] to the sum of losses and its gradient."""


@dataclass(frozen=True, kw_only=True)
class Penalties:
    l1: float
    l2: float
    tolerance: float
    memory: int

    def minimised(self, loss: Loss, start: Numbers, *, total: float, cells: int) -> tuple[Numbers, int]:
        """Weights and intercepts [outputs, width + 1], and the number of iterations.

        Minimises loss + l1 |w| + l2 w²/2, without penalty on the intercepts. `total`: the sum of the rows' weights;
        `cells`: of the matrix."""
        from scipy.optimize import minimize

        outputs, width = start.shape[0], start.shape[1] - 1
        split = self.l1 > 0

        def objective(flat: Numbers) -> tuple[float, Numbers]:
            parts = flat.reshape(-1, *start.shape)
            weights = parts[0] - _no_intercept(parts[1]) if split else parts[0]
            value, gradient = loss(weights)
            penalty = _no_intercept(weights)
            value += self.l2 / 2 * float(np.square(penalty).sum())
            gradient += self.l2 * penalty
            if not split:
                return value / total, gradient.ravel() / total
            value += self.l1 * float(parts[:, :, :-1].sum())
            both = np.stack([gradient, -_no_intercept(gradient)])
            both[:, :, :-1] += self.l1
            return value / total, both.ravel() / total

        found = minimize(
            objective,
            np.concatenate([start.ravel(), np.zeros(start.size)]) if split else start.ravel(),
            jac=True,
            method="L-BFGS-B",
            bounds=_bounds(outputs, width) if split else None,
            options={
                "maxcor": self.memory,
                "ftol": self.tolerance,
                "gtol": 1e-9,
                "maxiter": most_iterations(cells * outputs),
            },
        )
        parts = found.x.reshape(-1, *start.shape)
        return (parts[0] - _no_intercept(parts[1]) if split else parts[0]), int(found.nit)


def most_iterations(cells: int) -> int:
    return max(FEWEST_ITERATIONS, min(MOST_ITERATIONS, int(MOST_WORK / (cells + 1))))


def standardised(matrix: Numbers) -> tuple[Any, Numbers]:
    """The scaler and the columns with mean 0 and deviation 1."""
    from sklearn.preprocessing import StandardScaler

    dtype = np.float64 if matrix.size <= MOST_PRECISE_CELLS else np.float32
    scaler = StandardScaler().fit(matrix.astype(dtype))
    return scaler, scaler.transform(matrix.astype(dtype))


def _no_intercept(weights: Numbers) -> Numbers:
    without = weights.copy()
    without[:, -1] = 0
    return without


def _bounds(outputs: int, width: int) -> list[tuple[float | None, float | None]]:
    row: list[tuple[float | None, float | None]] = [(0.0, None)] * width
    return [*[*row, (None, None)] * outputs, *[*row, (0.0, 0.0)] * outputs]
