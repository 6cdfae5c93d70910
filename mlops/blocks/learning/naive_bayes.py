"""A bell curve for each column in each class: Gaussian naive Bayes by scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops.blocks.learning.fitting import Fitting, Log, Numbers, silent


def naive_bayes(parameters: Mapping[str, Any]) -> Fitting:
    return _NaiveBayes(smoothing=float(parameters["smoothing"]))


@dataclass(frozen=True, kw_only=True)
class _NaiveBayes:
    smoothing: float

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        from sklearn.naive_bayes import GaussianNB

        return GaussianNB(var_smoothing=self.smoothing).fit(matrix.astype(np.float64), target, sample_weight=weights)
