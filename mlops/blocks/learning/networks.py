"""Neural networks by scikit-learn: fully connected layers, trained row by row by gradient descent."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from mlops.blocks.layers import hidden_layers
from mlops.blocks.learning.fitting import Fitting, Log, Numbers, silent

MOST_STEPS = 500
"""Of the descent in one iteration: larger tables go in larger batches."""

MOST_WORK = 2e12
"""Rows times weights times iterations."""


def network_classifier(parameters: Mapping[str, Any], *, seed: int) -> Fitting:
    return _Network(parameters=parameters, seed=seed, classes=True)


def network_regressor(parameters: Mapping[str, Any], *, seed: int) -> Fitting:
    return _Network(parameters=parameters, seed=seed, classes=False)


@dataclass(frozen=True, kw_only=True)
class _Network:
    parameters: Mapping[str, Any]
    seed: int
    classes: bool

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        """A regression learns a label of mean 0 and deviation 1; its last layer is then brought back to the label."""
        from sklearn.pipeline import Pipeline

        scaler = self._scaler()
        precise = matrix.astype(np.float64)
        scaled = precise if scaler is None else scaler.fit_transform(precise)
        centre, spread = (0.0, 1.0) if self.classes else (float(target.mean()), float(target.std()) or 1.0)
        wanted = target if self.classes else (target - centre) / spread
        network = self._built(matrix.shape, log)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            _started(network, float(self.parameters["initial_learning_weights_diameter"]))
            _fitted(network, scaled, wanted, weights)
        if not self.classes:
            network.coefs_[-1] = network.coefs_[-1] * spread
            network.intercepts_[-1] = network.intercepts_[-1] * spread + centre
        return network if scaler is None else Pipeline([("scale", scaler), ("network", network)])

    def _built(self, shape: tuple[int, ...], log: Log) -> Any:
        from sklearn.neural_network import MLPClassifier, MLPRegressor

        chosen = self.parameters
        layers = hidden_layers(chosen["number_of_hidden_nodes"])
        rows, sizes = shape[0], (shape[1], *layers, 1)
        connections = sum(before * after for before, after in pairwise(sizes))
        wanted = int(chosen["number_of_learning_iterations"])
        iterations = max(1, min(wanted, int(MOST_WORK / (rows * connections))))
        if iterations < wanted:
            log(f"The table is big: {iterations} of {wanted} learning iterations are made.")
        return (MLPClassifier if self.classes else MLPRegressor)(
            hidden_layer_sizes=layers,
            solver="sgd",
            activation="relu",
            alpha=0.0001,
            learning_rate_init=float(chosen["learning_rate"]),
            momentum=float(chosen["momentum"]),
            nesterovs_momentum=False,
            batch_size=max(1, -(-rows // MOST_STEPS)),
            max_iter=iterations,
            tol=1e-6,
            shuffle=bool(chosen["shuffle_examples"]),
            random_state=int(chosen["random_number_seed"] or self.seed),
        )

    def _scaler(self) -> Any:
        from sklearn.preprocessing import MinMaxScaler, StandardScaler

        if self.parameters["normalizer"] == "none":
            return None
        return MinMaxScaler(feature_range=(-1, 1)) if self.parameters["normalizer"] == "minmax" else StandardScaler()


def _started(network: Any, diameter: float) -> None:
    """The first weights are drawn from -diameter/2 to diameter/2."""
    draw = np.random.default_rng(network.random_state)

    def weights(fan_in: int, fan_out: int, dtype: Any) -> tuple[Numbers, Numbers]:
        return draw.uniform(-diameter / 2, diameter / 2, (fan_in, fan_out)).astype(dtype), np.zeros(
            fan_out, dtype=dtype
        )

    network._init_coef = weights


def _fitted(network: Any, scaled: Numbers, target: Numbers, weights: Numbers | None) -> None:
    network.fit(scaled, target, sample_weight=None if weights is None else weights / weights.mean())
    del network._init_coef
    network._optimizer = None
