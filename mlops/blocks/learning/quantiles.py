"""Quantile forests: one random forest of LightGBM for each quantile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops.blocks.learning.fitting import Fitting, Log, Numbers, silent
from mlops.blocks.quantiles import quantiles_of


class Quantiles:
    """Fitted forests of ascending quantiles."""

    def __init__(self, forests: Sequence[Any]) -> None:
        self.forests = tuple(forests)

    def predict(self, matrix: Numbers) -> Numbers:
        """[rows, quantiles], ascending in each row: forests learn apart, so crossing values are put in order
        (Chernozhukov et al., "Quantile and probability curves without crossing", 2010)."""
        return np.sort(np.column_stack([forest.predict(matrix) for forest in self.forests]), axis=1)


def quantile_forest(parameters: Mapping[str, Any], *, seed: int) -> Fitting:
    return _QuantileForest(parameters=parameters, seed=int(parameters["random_number_seed"] or seed))


@dataclass(frozen=True, kw_only=True)
class _QuantileForest:
    parameters: Mapping[str, Any]
    seed: int

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        from lightgbm import LGBMRegressor

        chosen = self.parameters
        forests = []
        for quantile in quantiles_of(chosen["quantiles_to_be_estimated"]):
            forest = LGBMRegressor(
                boosting_type="rf",
                objective="quantile",
                alpha=quantile,
                n_estimators=int(chosen["number_of_trees"]),
                num_leaves=int(chosen["number_of_leaves"]),
                min_child_samples=int(chosen["minimum_number_of_training_instances_required_to_form_a_leaf"]),
                subsample=float(chosen["bagging_fraction"]),
                subsample_freq=1,
                colsample_bytree=float(chosen["feature_fraction"]),
                feature_fraction_bynode=float(chosen["split_fraction"]),
                random_state=self.seed,
                deterministic=True,
                force_row_wise=True,
                verbose=-1,
            )
            forests.append(forest.fit(matrix, target, sample_weight=weights))
        return Quantiles(forests)
