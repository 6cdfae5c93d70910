"""XGBoost Regression: predict a number with XGBoost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learner_families import XGBOOST
from mlops.blocks.learners import UNTRAINED, derived, learner_parameters, untrained
from mlops.formats.component import Component, Derived, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="xgboost_regression",
    version="1",
    title="XGBoost Regression",
    group="Regression",
    task="regression",
    framework="xgboost",
    extra="xgboost",
    tolerates_missing=True,
    help="""Learns to predict a number with gradient boosting: many decision trees, each of which corrects the
error that those before it left. All main options of XGBoost are there.

**When to use it.** When you know XGBoost or want to tune finely, by hand or with Tune Model Hyperparameters. It
needs no scaling and copes with missing values.

**Example.** A house with a garden near the station: 340,000.

**Choices.** Trees grow level by level down to the maximum depth. A question is asked only if it lowers the loss
by the minimum gain. Defaults are those of XGBoost. Fractions of rows and columns below 1 make trees differ and
often help.

**What comes out.** An untrained model for Train Model. The label must be a number.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(*XGBOOST),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.gradient_boosting import xgboost_regressor

    return xgboost_regressor(parameters, seed=seed)
