"""Attributions without the model: boosted trees learn its predictions from the features and are then explained, by the
mean size of exact SHAP values (Lundberg et al., 2020), as Azure ML's own surrogate explainer does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlops.stats.attribution.agreement import shares

TREES = 50


def attributions(features: Any, predicted: Any, *, categorical: Sequence[int], seed: int = 0) -> Any:
    """[columns], sum 1 (or 0 where nothing matters). `predicted`: numbers, such as the positive one's probability."""
    import lightgbm
    import numpy as np

    if np.ptp(predicted) == 0:
        return np.zeros(features.shape[1])
    settings = {
        "objective": "regression",
        "learning_rate": 0.1,
        "num_leaves": 31,
        "min_data_in_leaf": max(5, min(50, len(features) // 50)),
        "verbosity": -1,
        "deterministic": True,
        "force_col_wise": True,
        "seed": seed,
        "num_threads": 1,
    }
    data = lightgbm.Dataset(features, predicted, categorical_feature=list(categorical))
    model = lightgbm.train(settings, data, num_boost_round=TREES)
    explained = np.asarray(model.predict(features[:2_000], pred_contrib=True))
    return shares(np.abs(explained[:, :-1]).mean(axis=0))
