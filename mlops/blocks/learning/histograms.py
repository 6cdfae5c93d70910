"""Gradient boosting on histograms by scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlops.blocks.learning.fitting import Fitting, Log, Numbers, silent

LEAST_ROWS_TO_STOP = 50
"""Below, a tenth of the rows says nothing, and stopping early is left."""


def histogram_classifier(parameters: Mapping[str, Any], *, seed: int) -> Fitting:
    return _Histograms(parameters=parameters, seed=seed, classes=True)


def histogram_regressor(parameters: Mapping[str, Any], *, seed: int) -> Fitting:
    return _Histograms(parameters=parameters, seed=seed, classes=False)


@dataclass(frozen=True, kw_only=True)
class _Histograms:
    parameters: Mapping[str, Any]
    seed: int
    classes: bool

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        chosen = self.parameters
        boosting = (HistGradientBoostingClassifier if self.classes else HistGradientBoostingRegressor)(
            max_iter=int(chosen["number_of_trees"]),
            learning_rate=float(chosen["learning_rate"]),
            max_leaf_nodes=int(chosen["maximum_number_of_leaves"]),
            max_depth=int(chosen["maximum_depth"]) or None,
            min_samples_leaf=int(chosen["minimum_rows_per_leaf"]),
            l2_regularization=float(chosen["l2_regularization_weight"]),
            early_stopping=self._may_stop(target, log),
            random_state=int(chosen["random_number_seed"] or self.seed),
        )
        boosting.fit(matrix, target, sample_weight=weights)
        if boosting.n_iter_ < int(chosen["number_of_trees"]):
            log(f"Ended after {boosting.n_iter_} of {chosen['number_of_trees']} rounds: more did not help.")
        return boosting

    def _may_stop(self, target: Numbers, log: Log) -> bool:
        """A class with a single row cannot be divided."""
        import numpy as np

        if not self.parameters["stop_early"]:
            return False
        enough = target.size >= LEAST_ROWS_TO_STOP and (not self.classes or int(np.bincount(target).min()) >= 2)
        if not enough:
            log("Too few rows to keep some aside: it is not stopped early.")
        return enough
