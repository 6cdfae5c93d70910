"""Linear two-class learners whose scores become probabilities by Platt's method: perceptron and support vectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops.blocks.learning.fitting import Fitting, Log, Numbers, silent
from mlops.blocks.learning.logistic import as_scikit_learn


def averaged_perceptron(parameters: Mapping[str, Any], *, seed: int) -> Fitting:
    options = {
        "loss": "perceptron",
        "penalty": None,
        "learning_rate": "constant",
        "eta0": float(parameters["learning_rate"]),
        "max_iter": int(parameters["maximum_number_of_iterations"]),
    }
    return _Calibrated(options=options, seed=int(parameters["random_number_seed"] or seed))


def support_vectors(parameters: Mapping[str, Any], *, seed: int) -> Fitting:
    options = {
        "loss": "hinge",
        "penalty": "l2",
        "learning_rate": "optimal",
        "alpha": float(parameters["lambda"]),
        "max_iter": int(parameters["number_of_iterations"]),
    }
    return _Calibrated(
        options=options,
        seed=int(parameters["random_number_seed"] or seed),
        normalize=bool(parameters["normalize_features"]),
        unit_sphere=bool(parameters["project_to_the_unit_sphere"]),
    )


def platt(scores: Numbers, target: Numbers, weights: Numbers | None) -> tuple[float, float]:
    """Slope and offset of the sigmoid that turns scores into probabilities of class 1.

    Platt, "Probabilistic outputs for support vector machines" (1999), with his smoothed targets."""
    from scipy.optimize import minimize
    from scipy.special import expit

    share = np.ones(target.size) if weights is None else weights
    positive, negative = float(share[target == 1].sum()), float(share[target == 0].sum())
    wanted = np.where(target == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))
    scale = float(np.abs(scores).max()) or 1.0
    unit = scores / scale

    def objective(found: Numbers) -> tuple[float, Numbers]:
        sums = found[0] * unit + found[1]
        residual = share * (expit(sums) - wanted)
        loss = float((share * (np.logaddexp(0, sums) - wanted * sums)).sum())
        return loss / share.sum(), np.array([residual @ unit, residual.sum()]) / share.sum()

    start = np.array([0.0, np.log((positive + 1) / (negative + 1))])
    slope, offset = minimize(objective, start, jac=True, method="L-BFGS-B", options={"ftol": 1e-12}).x
    return float(slope) / scale, float(offset)


@dataclass(frozen=True, kw_only=True)
class _Calibrated:
    options: Mapping[str, Any]
    seed: int
    normalize: bool = True
    unit_sphere: bool = False

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        from sklearn.linear_model import SGDClassifier
        from sklearn.pipeline import Pipeline

        steps = self._steps()
        cells = matrix.astype(np.float64)
        for _, step in steps:
            cells = step.fit_transform(cells)
        descent = SGDClassifier(**self.options, tol=None, average=True, random_state=self.seed)
        descent.fit(cells, target, sample_weight=weights)
        slope, offset = platt(descent.decision_function(cells), target, weights)
        solution = np.append(slope * descent.coef_, slope * descent.intercept_ + offset).reshape(1, -1)
        fitted = as_scikit_learn(solution, classes=2)
        fitted.tol = None
        return Pipeline([*steps, ("calibrated", fitted)])

    def _steps(self) -> list[tuple[str, Any]]:
        from sklearn.preprocessing import Normalizer, StandardScaler

        scale = [("scale", StandardScaler())] if self.normalize else []
        return [*scale, ("unit", Normalizer())] if self.unit_sphere else [*scale]
