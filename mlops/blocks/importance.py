"""How much each column counts in a fitted model, as shares that add up to 1, largest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlops.formats.model import Feature


def importance_of(estimator: Any, cells: Any, features: Sequence[Feature]) -> dict[str, float]:
    """Boosted trees: total gain of the splits; forests: mean decrease of impurity; linear models: |weight| times the
    column's deviation. Empty where the estimator says nothing of the kind."""
    weights = _weights(estimator, cells)
    if weights is None or weights.size != sum(feature.width for feature in features):
        return {}
    starts = np.cumsum([0, *(feature.width for feature in features)])[:-1]
    sums = np.add.reduceat(weights, starts) if weights.size else np.zeros(len(features))
    total = float(sums.sum()) or 1.0
    order = np.argsort(-sums, kind="stable")
    return {features[place].column: float(sums[place] / total) for place in order}


def _weights(estimator: Any, cells: Any) -> Any:
    if hasattr(estimator, "booster_"):
        return estimator.booster_.feature_importance(importance_type="gain").astype(float)
    if hasattr(estimator, "feature_importances_"):
        return np.asarray(estimator.feature_importances_, dtype=float)
    scaled = hasattr(estimator, "steps")
    learned = estimator.steps[-1][1] if scaled else estimator
    if not hasattr(learned, "coef_"):
        return None
    weights = np.abs(np.atleast_2d(learned.coef_)).sum(axis=0)
    return weights if scaled else weights * cells.std(axis=0, dtype=np.float64)
