"""LightGBM Regression: predict a number with LightGBM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learner_families import LIGHTGBM
from mlops.blocks.learners import UNTRAINED, derived, learner_parameters, untrained
from mlops.formats.component import Component, Derived, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="lightgbm_regression",
    version="1",
    title="LightGBM Regression",
    group="Regression",
    task="regression",
    framework="lightgbm",
    tolerates_missing=True,
    help="""Learns to predict a number with gradient boosting: many decision trees, each of which corrects the
error that those before it left. All main options of LightGBM are there.

**When to use it.** When you know LightGBM or want to tune finely, by hand or with Tune Model Hyperparameters.
It needs no scaling and copes with missing values.

**Example.** A house with a garden near the station: 340,000.

**Choices.** Trees grow leaf by leaf: the leaf that helps most is split next. The number of leaves bounds a
tree, and the depth may. The same library is behind the boosted decision trees of this palette, with fewer
options and other defaults. Fractions of rows and columns below 1 make trees differ and often help.

**What comes out.** An untrained model for Train Model. The label must be a number.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(*LIGHTGBM),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.gradient_boosting import lightgbm_regressor

    return lightgbm_regressor(parameters, seed=seed)
