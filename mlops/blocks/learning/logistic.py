"""Logistic regression: log losses with both penalties, minimised by L-BFGS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops.blocks.learning.fitting import Fitting, Log, Numbers, silent
from mlops.blocks.learning.penalised import Penalties, most_iterations, standardised


def penalties(parameters: Mapping[str, Any]) -> Penalties:
    return Penalties(
        l1=float(parameters["l1_regularization_weight"]),
        l2=float(parameters["l2_regularization_weight"]),
        tolerance=float(parameters["optimization_tolerance"]),
        memory=int(parameters["memory_size"]),
    )


def logistic(parameters: Mapping[str, Any]) -> Fitting:
    return _Logistic(penalties=penalties(parameters))


@dataclass(frozen=True, kw_only=True)
class _Logistic:
    penalties: Penalties

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        """`target`: class indices 0 to K-1, each present."""
        from sklearn.pipeline import Pipeline

        scaler, scaled = standardised(matrix)
        classes = int(target.max()) + 1
        outputs = 1 if classes == 2 else classes
        share = np.ones(target.size) if weights is None else weights
        answers = target.astype(int)
        solution, iterations = self.penalties.minimised(
            lambda found: _loss(found, scaled, answers, share),
            np.zeros((outputs, matrix.shape[1] + 1)),
            total=float(share.sum()),
            cells=scaled.size,
        )
        fitted = as_scikit_learn(solution, classes=classes, strength=self.penalties.l1 + self.penalties.l2)
        fitted.max_iter = most_iterations(matrix.size * outputs)
        fitted.n_iter_ = np.array([iterations], dtype=np.int32)
        return Pipeline([("scale", scaler), ("logistic", fitted)])


def as_scikit_learn(solution: Numbers, *, classes: int, strength: float = 1.0) -> Any:
    """A fitted LogisticRegression of the weights and intercepts [outputs, width + 1]."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1 / strength if strength else np.inf)
    fitted.classes_ = np.arange(classes)
    fitted.coef_ = solution[:, :-1].copy()
    fitted.intercept_ = solution[:, -1].copy()
    fitted.n_features_in_ = solution.shape[1] - 1
    return fitted


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
