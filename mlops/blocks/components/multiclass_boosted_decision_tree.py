"""Multiclass Boosted Decision Tree: predict one of several classes with boosted trees (LightGBM)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learner_families import BOOSTED_TREES
from mlops.blocks.learners import UNTRAINED, derived, learner_parameters, untrained
from mlops.formats.component import Component, Derived, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="multiclass_boosted_decision_tree",
    version="1",
    title="Multiclass Boosted Decision Tree",
    group="Classification",
    task="multiclass",
    framework="lightgbm",
    tolerates_missing=True,
    help="""Learns to tell several classes apart with many small decision trees. Each tree asks a few questions
and corrects the error that the trees before it left; there is a row of trees for each class.

**When to use it.** When effects bend or depend on each other. It needs no scaling and copes with missing
values.

**Example.** A flower with a long, narrow petal: `virginica` 0.93, `versicolor` 0.06, `setosa` 0.01.

**Choices.** The defaults suit most tables. For a few hundred rows, lower the minimum of instances in a leaf.
With many classes the training takes longer, as the trees are made for each class. The learner is LightGBM.

**What comes out.** An untrained model for Train Model. The label may have any number of classes.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(*BOOSTED_TREES, classes=True),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.boosted import boosted_classifier

    return boosted_classifier(parameters, seed=seed)
