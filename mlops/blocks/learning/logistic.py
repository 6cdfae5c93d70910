"""Logistic regression by L-BFGS, with both penalties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops.blocks.learning.fitting import Fitting, Log, Numbers, silent

MOST_ITERATIONS, FEWEST_ITERATIONS = 500, 50
MOST_WORK = 1e10
"""Cells times outputs times iterations: bounds the time of a logistic regression on a big table."""

MOST_PRECISE_CELLS = 5_000_000


def logistic(parameters: Mapping[str, Any]) -> Fitting:
    return _Logistic(
        l1=float(parameters["l1_regularization_weight"]),
        l2=float(parameters["l2_regularization_weight"]),
        tolerance=float(parameters["optimization_tolerance"]),
        memory=int(parameters["memory_size"]),
    )


@dataclass(frozen=True, kw_only=True)
class _Logistic:
    """Minimises the sum of log losses + l1 |w| + l2 w²/2 over standardised columns by L-BFGS.

    The L1 term is made smooth by writing w as the difference of two non-negative parts, which is exact."""

    l1: float
    l2: float
    tolerance: float
    memory: int

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        """`target`: class indices 0 to K-1, each present."""
        from sklearn.pipeline import Pipeline
        from sklearn.preprocessing import StandardScaler

        dtype = np.float64 if matrix.size <= MOST_PRECISE_CELLS else np.float32
        scaler = StandardScaler().fit(matrix.astype(dtype))
        scaled = scaler.transform(matrix.astype(dtype))
        classes = int(target.max()) + 1
        outputs = 1 if classes == 2 else classes
        share = np.ones(target.size) if weights is None else weights
        solution, iterations = self._minimised(scaled, target.astype(int), share, outputs)
        fitted = self._as_scikit_learn(solution, classes=classes, width=matrix.shape[1])
        fitted.max_iter = _most_iterations(matrix.size * outputs)
        fitted.n_iter_ = np.array([iterations], dtype=np.int32)
        return Pipeline([("scale", scaler), ("logistic", fitted)])

    def _minimised(self, scaled: Numbers, target: Numbers, share: Numbers, outputs: int) -> tuple[Numbers, int]:
        """Weights and intercepts as [outputs, width + 1], and the number of iterations."""
        from scipy.optimize import minimize

        width = scaled.shape[1]
        shape = (outputs, width + 1)
        split = self.l1 > 0
        total = float(share.sum())

        def objective(flat: Numbers) -> tuple[float, Numbers]:
            parts = flat.reshape(-1, *shape)
            weights = parts[0] - _no_intercept(parts[1]) if split else parts[0]
            loss, gradient = _loss(weights, scaled, target, share)
            penalty = _no_intercept(weights)
            loss += self.l2 / 2 * float(np.square(penalty).sum())
            gradient += self.l2 * penalty
            if not split:
                return loss / total, gradient.ravel() / total
            loss += self.l1 * float(parts[:, :, :-1].sum())
            both = np.stack([gradient, -_no_intercept(gradient)])
            both[:, :, :-1] += self.l1
            return loss / total, both.ravel() / total

        count = outputs * (width + 1)
        bounds = _bounds(outputs, width) if split else None
        found = minimize(
            objective,
            np.zeros(count * (2 if split else 1)),
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={
                "maxcor": self.memory,
                "ftol": self.tolerance,
                "gtol": 1e-9,
                "maxiter": _most_iterations(scaled.size * outputs),
            },
        )
        parts = found.x.reshape(-1, *shape)
        return (parts[0] - _no_intercept(parts[1]) if split else parts[0]), int(found.nit)

    def _as_scikit_learn(self, solution: Numbers, *, classes: int, width: int) -> Any:
        from sklearn.linear_model import LogisticRegression

        strength = self.l1 + self.l2
        fitted = LogisticRegression(C=1 / strength if strength else np.inf)
        fitted.classes_ = np.arange(classes)
        fitted.coef_ = solution[:, :-1].copy()
        fitted.intercept_ = solution[:, -1].copy()
        fitted.n_features_in_ = width
        return fitted


def _most_iterations(cells: int) -> int:
    return max(FEWEST_ITERATIONS, min(MOST_ITERATIONS, int(MOST_WORK / (cells + 1))))


def _no_intercept(weights: Numbers) -> Numbers:
    without = weights.copy()
    without[:, -1] = 0
    return without


def _bounds(outputs: int, width: int) -> list[tuple[float | None, float | None]]:
    row: list[tuple[float | None, float | None]] = [(0.0, None)] * width
    return [*[*row, (None, None)] * outputs, *[*row, (0.0, 0.0)] * outputs]


def _loss(weights: Numbers, scaled: Numbers, target: Numbers, share: Numbers) -> tuple[float, Numbers]:
    """Sum of log losses and its gradient [outputs, width + 1]."""
    from scipy.special import expit

    scores = (scaled @ weights[:, :-1].T.astype(scaled.dtype)).astype(np.float64) + weights[:, -1]
    if weights.shape[0] == 1:
        score = scores[:, 0]
        loss = float((share * (np.logaddexp(0, score) - target * score)).sum())
        residual = (share * (expit(score) - target))[:, None]
    else:
        rows = np.arange(target.size)
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        loss = float(-(share * logs[rows, target]).sum())
        residual = np.exp(logs)
        residual[rows, target] -= 1
        residual *= share[:, None]
    gradient = np.empty_like(weights)
    gradient[:, :-1] = (scaled.T @ residual.astype(scaled.dtype)).T
    gradient[:, -1] = residual.sum(axis=0)
    return loss, gradient
