"""Two-Class Boosted Decision Tree: predict one of two classes with boosted trees (LightGBM)."""

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
    name="two_class_boosted_decision_tree",
    version="1",
    title="Two-Class Boosted Decision Tree",
    group="Classification",
    task="two_class",
    framework="lightgbm",
    tolerates_missing=True,
    help="""Learns to tell two classes apart, such as late and on time, with many small decision trees. Each
tree asks a few questions and corrects the mistakes of the trees before it.

**When to use it.** For yes/no questions on tables with mixed columns. It is often the most accurate choice,
needs no scaling and copes with missing values.

**Example.** "Departed after 17:00? Rain at the airport?" leads to a 71 % chance of a late arrival.

**Choices.** The defaults suit most tables. For a few hundred rows, lower the minimum of instances in a leaf.
The learner is LightGBM; leaves, instances, learning rate and trees are its `num_leaves`, `min_child_samples`,
`learning_rate` and `n_estimators`.

**What comes out.** An untrained model for Train Model. The label must have exactly two values; the second in
alphabetical (or numerical) order is the positive one.""",
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
