"""Decision forests by scikit-learn: trees that learn from draws of the rows, and vote."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlops.blocks.learning.fitting import Fitting, Log, Numbers, silent

MOST_DRAWN = 500_000
"""Rows that one tree draws from a bigger table."""

CUSTOMARY_SPLITS = 128


def forest_classifier(parameters: Mapping[str, Any], *, seed: int) -> Fitting:
    return _Forest(parameters=parameters, seed=seed, classes=True)


def forest_regressor(parameters: Mapping[str, Any], *, seed: int) -> Fitting:
    return _Forest(parameters=parameters, seed=seed, classes=False)


@dataclass(frozen=True, kw_only=True)
class _Forest:
    parameters: Mapping[str, Any]
    seed: int
    classes: bool

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

        chosen = self.parameters
        bagging = chosen["resampling_method"] == "bagging"
        is_big = bagging and matrix.shape[0] > MOST_DRAWN
        if is_big:
            log(f"Each tree draws {MOST_DRAWN:,} of the {matrix.shape[0]:,} rows.")
        forest = (RandomForestClassifier if self.classes else RandomForestRegressor)(
            n_estimators=int(chosen["number_of_decision_trees"]),
            max_depth=int(chosen["maximum_depth_of_the_decision_trees"]),
            min_samples_leaf=int(chosen["minimum_number_of_samples_per_leaf_node"]),
            max_features=self._columns_a_split(matrix.shape[1]),
            bootstrap=bagging,
            max_samples=MOST_DRAWN if is_big else None,
            random_state=int(chosen["random_number_seed"] or self.seed),
        )
        return forest.fit(matrix, target, sample_weight=weights)

    def _columns_a_split(self, width: int) -> int:
        """128 splits stand for the customary number: the square root of the columns, of numbers a third of them."""
        customary = math.sqrt(width) if self.classes else width / 3
        splits = int(self.parameters["number_of_random_splits_per_node"])
        return max(1, min(width, round(customary * splits / CUSTOMARY_SPLITS)))
