"""Multiclass LightGBM: tell several classes apart with LightGBM."""

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
    name="multiclass_lightgbm",
    version="1",
    title="Multiclass LightGBM",
    group="Classification",
    task="multiclass",
    framework="lightgbm",
    tolerates_missing=True,
    help="""Learns to tell several classes apart with gradient boosting: many decision trees, each of which
corrects the error that those before it left. All main options of LightGBM are there.

**When to use it.** When you know LightGBM or want to tune finely, by hand or with Tune Model Hyperparameters.
It needs no scaling and copes with missing values.

**Example.** A flower is `virginica` with 0.93, `versicolor` with 0.06, `setosa` with 0.01.

**Choices.** Trees grow leaf by leaf: the leaf that helps most is split next. The number of leaves bounds a
tree, and the depth may. The same library is behind the boosted decision trees of this palette, with fewer
options and other defaults. Fractions of rows and columns below 1 make trees differ and often help.

**What comes out.** An untrained model for Train Model. The label may have any number of classes.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(*LIGHTGBM, classes=True),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.gradient_boosting import lightgbm_classifier

    return lightgbm_classifier(parameters, seed=seed)
