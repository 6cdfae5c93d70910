"""Two-Class XGBoost: tell two classes apart with XGBoost."""

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
    name="two_class_xgboost",
    version="1",
    title="Two-Class XGBoost",
    group="Classification",
    task="two_class",
    framework="xgboost",
    extra="xgboost",
    tolerates_missing=True,
    help="""Learns to tell two classes apart with gradient boosting: many decision trees, each of which corrects
the error that those before it left. All main options of XGBoost are there.

**When to use it.** When you know XGBoost or want to tune finely, by hand or with Tune Model Hyperparameters. It
needs no scaling and copes with missing values.

**Example.** A customer with three complaints leaves with a probability of 0.82.

**Choices.** Trees grow level by level down to the maximum depth. A question is asked only if it lowers the loss
by the minimum gain. Defaults are those of XGBoost. Fractions of rows and columns below 1 make trees differ and
often help.

**What comes out.** An untrained model for Train Model. The label must have exactly two values; the second in
alphabetical (or numerical) order is the positive one.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(*XGBOOST, classes=True),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.gradient_boosting import xgboost_classifier

    return xgboost_classifier(parameters, seed=seed)
