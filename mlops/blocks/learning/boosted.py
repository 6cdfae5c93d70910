"""Boosted decision trees by LightGBM."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mlops.blocks.learning.fitting import Fitting, Log, Numbers, silent

QUIET_SECONDS = 5.0


def boosted_classifier(parameters: Mapping[str, Any], *, seed: int) -> Fitting:
    from lightgbm import LGBMClassifier

    return _Boosted(estimator=LGBMClassifier(**_boosted(parameters, seed=seed)))


def boosted_regressor(parameters: Mapping[str, Any], *, seed: int) -> Fitting:
    from lightgbm import LGBMRegressor

    return _Boosted(estimator=LGBMRegressor(**_boosted(parameters, seed=seed)))


def _boosted(parameters: Mapping[str, Any], *, seed: int) -> dict[str, Any]:
    return {
        "num_leaves": int(parameters["maximum_number_of_leaves_per_tree"]),
        "min_child_samples": int(parameters["minimum_number_of_training_instances_required_to_form_a_leaf"]),
        "learning_rate": float(parameters["learning_rate"]),
        "n_estimators": int(parameters["number_of_trees"]),
        "random_state": int(parameters["random_number_seed"] or seed),
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }


@dataclass(frozen=True, kw_only=True)
class _Boosted:
    estimator: Any

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        return self.estimator.fit(matrix, target, sample_weight=weights, callbacks=[_progress(log)])


def _progress(log: Log) -> Callable[[Any], None]:
    """Says now and then how many trees there are, where they take long."""
    last = time.monotonic()

    def told(env: Any) -> None:
        nonlocal last
        if time.monotonic() - last >= QUIET_SECONDS:
            last = time.monotonic()
            log(f"{env.iteration + 1} of {env.end_iteration} trees.")

    return told
