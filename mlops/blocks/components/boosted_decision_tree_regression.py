"""Boosted Decision Tree Regression: predict a number with boosted trees (LightGBM)."""

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
    name="boosted_decision_tree_regression",
    version="1",
    title="Boosted Decision Tree Regression",
    group="Regression",
    task="regression",
    framework="lightgbm",
    tolerates_missing=True,
    help="""Learns to predict a number with many small decision trees. Each tree asks a few questions and
corrects the error that the trees before it left.

**When to use it.** For prices, amounts and durations when effects bend or depend on each other. It needs no
scaling and copes with missing values. It cannot predict beyond the range of numbers that it has seen.

**Example.** "Engine above 150? Wheelbase below 95?" leads to 21,300.

**Choices.** The defaults suit most tables. For a few hundred rows, lower the minimum of instances in a leaf.
The learner is LightGBM; leaves, instances, learning rate and trees are its `num_leaves`, `min_child_samples`,
`learning_rate` and `n_estimators`.

**What comes out.** An untrained model for Train Model. The label must be a number.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(*BOOSTED_TREES),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.boosted import boosted_regressor

    return boosted_regressor(parameters, seed=seed)
