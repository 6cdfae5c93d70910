"""What is unusual: distance from the main directions, early isolation, or lying outside of a boundary.

Each fitted detector gives scores from 0 to 1, of which more than 0.5 is an anomaly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops.blocks.learning.fitting import Log, Numbers, silent
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

SMALLEST = 1e-9
MOST_BOUNDARY_ROWS = 10_000
"""A one-class support vector machine takes time with the square of the rows."""


class MainDirections:
    """How far a row is from what the main directions of the training rows can say: its reconstruction error.

    `centre` and `spread` [width] bring columns to one scale; `directions` [width, components]; `usual`: the error
    that is given the score 0.5."""

    def __init__(self, centre: Numbers, spread: Numbers, directions: Numbers, usual: float) -> None:
        self.centre, self.spread, self.directions, self.usual = centre, spread, directions, usual

    def errors(self, matrix: Numbers) -> Numbers:
        scaled = (matrix.astype(np.float64) - self.centre) / self.spread
        return np.sqrt(np.square(scaled - (scaled @ self.directions) @ self.directions.T).sum(axis=1))

    def anomaly_scores(self, matrix: Numbers) -> Numbers:
        errors = self.errors(matrix)
        return errors / (errors + self.usual)


class Isolation:
    """A forest of random cuts; rows that few cuts set apart are unusual. `usual`: as above, of the forest's score."""

    def __init__(self, forest: Any, usual: float) -> None:
        self.forest, self.usual = forest, usual

    def anomaly_scores(self, matrix: Numbers) -> Numbers:
        scores = -self.forest.score_samples(matrix)
        return scores / (scores + self.usual)


class Boundary:
    """A support vector machine around the training rows; `width` is the deviation of their distances to it."""

    def __init__(self, machine: Any, width: float) -> None:
        self.machine, self.width = machine, width

    def anomaly_scores(self, matrix: Numbers) -> Numbers:
        from scipy.special import expit

        return expit(-self.machine.decision_function(matrix.astype(np.float64)) / self.width)


def main_directions(parameters: Mapping[str, Any], *, seed: int) -> Any:
    return _MainDirections(parameters=parameters, seed=int(parameters["random_number_seed"] or seed))


def isolation_forest(parameters: Mapping[str, Any], *, seed: int) -> Any:
    return _Isolation(parameters=parameters, seed=int(parameters["random_number_seed"] or seed))


def one_class(parameters: Mapping[str, Any], *, seed: int) -> Any:
    return _Boundary(parameters=parameters, seed=int(parameters["random_number_seed"] or seed))


@dataclass(frozen=True, kw_only=True)
class _MainDirections:
    parameters: Mapping[str, Any]
    seed: int

    def fit(self, matrix: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        """Refusal `too_many_components`. Columns are divided by the root of their mean square (or deviation)."""
        from sklearn.utils.extmath import randomized_svd

        cells = matrix.astype(np.float64)
        components = int(self.parameters["number_of_components_to_use_in_pca"])
        _require_fewer(components, cells.shape)
        centre = cells.mean(axis=0) if self.parameters["enable_input_feature_mean_normalization"] else cells[0] * 0.0
        spread = np.sqrt(np.square(cells - centre).mean(axis=0))
        spread = np.where(spread > SMALLEST, spread, 1.0)
        oversampling = int(self.parameters["oversampling_parameter_for_randomized_pca"])
        weighed = (cells - centre) / spread
        if weights is not None:
            weighed = weighed * np.sqrt(weights / weights.mean())[:, None]
        found = randomized_svd(weighed, components, n_oversamples=oversampling, random_state=self.seed)[2]
        fitted = MainDirections(centre, spread, found.T, 1.0)
        fitted.usual = _usual(fitted.errors(matrix), self.parameters, log)
        return fitted


@dataclass(frozen=True, kw_only=True)
class _Isolation:
    parameters: Mapping[str, Any]
    seed: int

    def fit(self, matrix: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        from sklearn.ensemble import IsolationForest

        forest = IsolationForest(
            n_estimators=int(self.parameters["number_of_trees"]),
            max_samples=min(int(self.parameters["rows_per_tree"]), matrix.shape[0]),
            random_state=self.seed,
        ).fit(matrix, sample_weight=weights)
        return Isolation(forest, _usual(-forest.score_samples(matrix), self.parameters, log))


@dataclass(frozen=True, kw_only=True)
class _Boundary:
    parameters: Mapping[str, Any]
    seed: int

    def fit(self, matrix: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        from sklearn.pipeline import Pipeline
        from sklearn.preprocessing import StandardScaler
        from sklearn.svm import OneClassSVM

        cells = matrix.astype(np.float64)
        if cells.shape[0] > MOST_BOUNDARY_ROWS:
            log(f"The boundary is drawn around {MOST_BOUNDARY_ROWS:,} of the {cells.shape[0]:,} rows.")
            chosen = np.random.default_rng(self.seed).choice(cells.shape[0], MOST_BOUNDARY_ROWS, replace=False)
            cells, weights = cells[chosen], None if weights is None else weights[chosen]
        scaler = StandardScaler().fit(cells)
        machine = OneClassSVM(nu=float(self.parameters["expected_share_of_anomalies"]), gamma="scale")
        machine.fit(scaler.transform(cells), sample_weight=weights)
        whole = Pipeline([("scale", scaler), ("boundary", machine)])
        return Boundary(whole, max(float(whole.decision_function(cells).std()), SMALLEST))


def _usual(scores: Numbers, parameters: Mapping[str, Any], log: Log) -> float:
    """The score that the expected share of the training rows exceeds."""
    share = float(parameters["expected_share_of_anomalies"])
    usual = max(float(np.quantile(scores, 1 - share)), SMALLEST)
    log(f"{int((scores > usual).sum())} of the {scores.size} training rows count as anomalies.")
    return usual


def _require_fewer(components: int, shape: tuple[int, ...]) -> None:
    most = min(shape[0], shape[1]) - 1
    if components <= most:
        return
    message = _(
        "%(components)s components are asked of %(shape)s rows with %(shape_2)s numbers each; at most %(most)s fit."
    ) % {"components": components, "shape": shape[0], "shape_2": shape[1], "most": most}
    if most < 1:
        message = _("%(shape)s rows with %(shape_2)s numbers each have no main directions; two of both are needed.") % {
            "shape": shape[0],
            "shape_2": shape[1],
        }
    hint = _("Lower the number of components of the learner, or use more columns.")
    raise Refusal("too_many_components", message, hint=hint, status=422, where=Where(port="dataset"))
