"""Weighted sums for numbers: least squares and gradient descent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops.blocks.learning.fitting import Fitting, Log, Numbers, silent

MOST_SVD_WORK = 5e8
MOST_ROUNDS = 1_000


def least_squares(parameters: Mapping[str, Any]) -> Fitting:
    return _LeastSquares(
        l2=float(parameters["l2_regularization_weight"]), intercept=bool(parameters["include_intercept_term"])
    )


def elastic_net(parameters: Mapping[str, Any]) -> Fitting:
    return _ElasticNet(
        l1=float(parameters["l1_regularization_weight"]), l2=float(parameters["l2_regularization_weight"])
    )


def gradient_descent(parameters: Mapping[str, Any], *, seed: int) -> Fitting:
    return _GradientDescent(parameters=parameters, seed=int(parameters["random_number_seed"] or seed))


@dataclass(frozen=True, kw_only=True)
class _LeastSquares:
    l2: float
    intercept: bool

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        """In float64: sums over many rows lose too much in float32."""
        from sklearn.linear_model import LinearRegression, Ridge

        precise = matrix.astype(np.float64)
        if self.l2 == 0:
            return LinearRegression(fit_intercept=self.intercept).fit(precise, target, sample_weight=weights)
        ridge = Ridge(alpha=self.l2, fit_intercept=self.intercept, solver="svd")
        if matrix.shape[0] * matrix.shape[1] ** 2 <= MOST_SVD_WORK:
            return ridge.fit(precise, target, sample_weight=weights)
        return self._by_normal_equations(ridge, precise, target, np.ones(target.size) if weights is None else weights)

    def _by_normal_equations(self, ridge: Any, matrix: Numbers, target: Numbers, weights: Numbers) -> Any:
        """The same solution in a fraction of the time; columns of equal length keep it precise."""
        from scipy.linalg import solve

        share = weights / weights.sum()
        centre = share @ matrix if self.intercept else np.zeros(matrix.shape[1])
        middle = float(share @ target) if self.intercept else 0.0
        root = np.sqrt(weights)
        matrix -= centre
        matrix *= root[:, None]
        products = matrix.T @ matrix + self.l2 * np.eye(matrix.shape[1])
        length = np.sqrt(np.diag(products))
        right = matrix.T @ (root * (target - middle))
        ridge.coef_ = solve(products / np.outer(length, length), right / length, assume_a="sym") / length
        ridge.intercept_ = middle - float(centre @ ridge.coef_)
        ridge.n_features_in_ = matrix.shape[1]
        return ridge


@dataclass(frozen=True, kw_only=True)
class _ElasticNet:
    l1: float
    l2: float

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        """Penalties act on columns and label of deviation 1, so that they mean the same on every table."""
        from sklearn.linear_model import ElasticNet
        from sklearn.pipeline import Pipeline
        from sklearn.preprocessing import StandardScaler

        scaler = StandardScaler().fit(matrix.astype(np.float64))
        centre, spread = float(target.mean()), float(target.std()) or 1.0
        strength = self.l1 + self.l2
        net = ElasticNet(
            alpha=strength, l1_ratio=self.l1 / strength if strength else 0.0, max_iter=MOST_ROUNDS, precompute=True
        )
        net.fit(scaler.transform(matrix.astype(np.float64)), (target - centre) / spread, sample_weight=weights)
        net.coef_, net.intercept_ = net.coef_ * spread, float(net.intercept_) * spread + centre
        return Pipeline([("scale", scaler), ("net", net)])


@dataclass(frozen=True, kw_only=True)
class _GradientDescent:
    parameters: Mapping[str, Any]
    seed: int

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        from sklearn.linear_model import SGDRegressor
        from sklearn.pipeline import Pipeline
        from sklearn.preprocessing import StandardScaler

        precise = matrix.astype(np.float64)
        scaler = StandardScaler().fit(precise) if self.parameters["normalize_features"] else None
        scaled = precise if scaler is None else scaler.transform(precise)
        row_length = 1.0 + float(np.square(scaled).sum(axis=1).mean())
        descent = SGDRegressor(
            penalty="l2",
            alpha=float(self.parameters["l2_regularization_weight"]),
            learning_rate="invscaling" if self.parameters["decrease_learning_rate"] else "constant",
            eta0=float(self.parameters["learning_rate"]) / row_length,
            max_iter=int(self.parameters["number_of_epochs"]),
            tol=None,
            average=bool(self.parameters["average_final_hypothesis"]),
            random_state=self.seed,
        )
        centre = float(target.mean())
        descent.fit(scaled, target - centre, sample_weight=weights)
        descent.intercept_ = descent.intercept_ + centre
        return descent if scaler is None else Pipeline([("scale", scaler), ("descent", descent)])
