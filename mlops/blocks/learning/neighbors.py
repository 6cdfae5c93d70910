"""The most similar training rows decide: k nearest neighbors by scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops.blocks.learning.fitting import Fitting, Log, Numbers, silent
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _


def neighbors_classifier(parameters: Mapping[str, Any]) -> Fitting:
    return _Neighbors(parameters=parameters, classes=True)


def neighbors_regressor(parameters: Mapping[str, Any]) -> Fitting:
    return _Neighbors(parameters=parameters, classes=False)


@dataclass(frozen=True, kw_only=True)
class _Neighbors:
    parameters: Mapping[str, Any]
    classes: bool

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        """Refusal `weights_unusable`: neighbors have no weights of their own."""
        from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
        from sklearn.pipeline import Pipeline
        from sklearn.preprocessing import StandardScaler

        if weights is not None:
            raise _unusable()
        wanted = int(self.parameters["number_of_neighbors"])
        if wanted > target.size:
            log(f"There are only {target.size} rows: all of them are neighbors.")
        neighbors = (KNeighborsClassifier if self.classes else KNeighborsRegressor)(
            n_neighbors=min(wanted, target.size), weights=self.parameters["weighting"]
        )
        cells = matrix.astype(np.float64)
        if not self.parameters["normalize_features"]:
            return neighbors.fit(cells, target)
        return Pipeline([("scale", StandardScaler()), ("neighbors", neighbors)]).fit(cells, target)


def _unusable() -> Refusal:
    message = _("The table has a column of weights, and nearest neighbors have no use for it.")
    hint = _("Clear the mark with Edit Metadata, or choose another learner.")
    return Refusal("weights_unusable", message, hint=hint, status=422, where=Where(port="dataset"))
