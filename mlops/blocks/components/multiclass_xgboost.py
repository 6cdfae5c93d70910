"""Multiclass XGBoost: tell several classes apart with XGBoost."""

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
    name="multiclass_xgboost",
    version="1",
    title="Multiclass XGBoost",
    group="Classification",
    task="multiclass",
    framework="xgboost",
    extra="xgboost",
    tolerates_missing=True,
    help="""Learns to tell several classes apart with gradient boosting: many decision trees, each of which
corrects the error that those before it left. All main options of XGBoost are there.

**When to use it.** When you know XGBoost or want to tune finely, by hand or with Tune Model Hyperparameters. It
needs no scaling and copes with missing values.

**Example.** A flower is `virginica` with 0.93, `versicolor` with 0.06, `setosa` with 0.01.

**Choices.** Trees grow level by level down to the maximum depth. A question is asked only if it lowers the loss
by the minimum gain. Defaults are those of XGBoost. Fractions of rows and columns below 1 make trees differ and
often help.

**What comes out.** An untrained model for Train Model. The label may have any number of classes.""",
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
