"""K-means by scikit-learn: groups of rows around centres."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops.blocks.learning.fitting import Log, Numbers, silent
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext

SEVERAL_STARTS = 10
MOST_WORK_OF_SEVERAL = 2e7
"""Rows times columns times clusters: a bigger table gets one start."""

INITIALISATIONS = {"k_means_plus_plus": "k-means++", "random": "random"}


def k_means(parameters: Mapping[str, Any], *, seed: int) -> Any:
    return _KMeans(parameters=parameters, seed=int(parameters["random_number_seed"] or seed))


@dataclass(frozen=True, kw_only=True)
class _KMeans:
    parameters: Mapping[str, Any]
    seed: int

    def fit(self, matrix: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        """A pipeline whose `transform` gives the distances to the centres [rows, clusters].

        Refusal `too_few_rows` where there are fewer different rows than clusters."""
        from sklearn.cluster import KMeans
        from sklearn.pipeline import Pipeline
        from sklearn.preprocessing import MinMaxScaler

        cells = matrix.astype(np.float64)
        scaler = MinMaxScaler() if self.parameters["normalize_features"] else None
        scaled = cells if scaler is None else scaler.fit_transform(cells)
        clusters = int(self.parameters["number_of_centroids"])
        _require_enough(scaled, clusters)
        start = self._start(scaled, clusters)
        is_chosen = not isinstance(start, str)
        several = not is_chosen and scaled.size * clusters <= MOST_WORK_OF_SEVERAL
        means = KMeans(
            n_clusters=clusters,
            init=start,
            n_init=SEVERAL_STARTS if several else 1,
            max_iter=int(self.parameters["iterations"]),
            random_state=self.seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            means.fit(scaled, sample_weight=weights)
        log(f"{clusters} clusters after {means.n_iter_} iterations.")
        return means if scaler is None else Pipeline([("scale", scaler), ("clusters", means)])

    def _start(self, scaled: Numbers, clusters: int) -> Any:
        if self.parameters["initialization"] == "first_n":
            return _first_different(scaled, clusters)
        return INITIALISATIONS[self.parameters["initialization"]]


def _first_different(scaled: Numbers, clusters: int) -> Numbers:
    """The first rows of which none repeats an earlier one."""
    _, places = np.unique(scaled, axis=0, return_index=True)
    return scaled[np.sort(places)[:clusters]]


def _require_enough(scaled: Numbers, clusters: int) -> None:
    different = np.unique(scaled, axis=0).shape[0] if scaled.shape[0] <= 10 * clusters else clusters
    if different >= clusters:
        return
    message = gettext("%(clusters)s clusters need as many different rows; there are %(different)s.") % {
        "clusters": clusters,
        "different": different,
    }
    hint = gettext("Lower the number of centroids of the learner, or use more rows.")
    raise Refusal("too_few_rows", message, hint=hint, status=422, where=Where(port="dataset"))
