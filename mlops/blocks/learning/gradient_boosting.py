"""Gradient boosting with the options of its libraries: LightGBM and XGBoost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlops.blocks.learning.fitting import Fitting, Log, Numbers, silent


def lightgbm_classifier(parameters: Mapping[str, Any], *, seed: int) -> Fitting:
    from lightgbm import LGBMClassifier

    return _Boosting(estimator=LGBMClassifier(**_lightgbm(parameters, seed)))


def lightgbm_regressor(parameters: Mapping[str, Any], *, seed: int) -> Fitting:
    from lightgbm import LGBMRegressor

    return _Boosting(estimator=LGBMRegressor(**_lightgbm(parameters, seed)))


def xgboost_classifier(parameters: Mapping[str, Any], *, seed: int) -> Fitting:
    from xgboost import XGBClassifier

    return _Boosting(estimator=XGBClassifier(**_xgboost(parameters, seed)))


def xgboost_regressor(parameters: Mapping[str, Any], *, seed: int) -> Fitting:
    from xgboost import XGBRegressor

    return _Boosting(estimator=XGBRegressor(**_xgboost(parameters, seed)))


def _common(parameters: Mapping[str, Any], seed: int) -> dict[str, Any]:
    return {
        "n_estimators": int(parameters["number_of_trees"]),
        "learning_rate": float(parameters["learning_rate"]),
        "subsample": float(parameters["row_fraction"]),
        "colsample_bytree": float(parameters["column_fraction"]),
        "reg_alpha": float(parameters["l1_regularization_weight"]),
        "reg_lambda": float(parameters["l2_regularization_weight"]),
        "random_state": int(parameters["random_number_seed"] or seed),
    }


def _lightgbm(parameters: Mapping[str, Any], seed: int) -> dict[str, Any]:
    return _common(parameters, seed) | {
        "num_leaves": int(parameters["number_of_leaves"]),
        "max_depth": int(parameters["maximum_depth"]) or -1,
        "min_child_samples": int(parameters["minimum_rows_per_leaf"]),
        "subsample_freq": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }


def _xgboost(parameters: Mapping[str, Any], seed: int) -> dict[str, Any]:
    return _common(parameters, seed) | {
        "max_depth": int(parameters["maximum_depth"]),
        "min_child_weight": float(parameters["minimum_weight_per_leaf"]),
        "gamma": float(parameters["minimum_gain_of_a_split"]),
        "tree_method": "hist",
        "verbosity": 0,
    }


@dataclass(frozen=True, kw_only=True)
class _Boosting:
    estimator: Any

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        return self.estimator.fit(matrix, target, sample_weight=weights)
