"""Decision Forest Regression: predict a number with the mean of many trees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learner_families import FORESTS
from mlops.blocks.learners import UNTRAINED, derived, learner_parameters, untrained
from mlops.formats.component import Component, Derived, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="decision_forest_regression",
    version="1",
    title="Decision Forest Regression",
    group="Regression",
    task="regression",
    help="""Learns to predict a number with many decision trees that learn apart from each other; the prediction
is their mean.

**When to use it.** For prices, amounts and durations when effects bend or depend on each other, and when you do
not want to tune much. Boosted trees are often more exact, forests harder to spoil.

**Example.** Eight trees say 19,000 to 22,500 for a car; the forest says 20,800.

**Choices.** Each tree asks questions about a few columns drawn at random: at 128 random splits a third of the
columns, at 256 two thirds. On more than 500,000 rows each tree draws so many. The learner is scikit-learn's
random forest.

**What comes out.** An untrained model for Train Model. The label must be a number. It cannot learn from missing
values: put Clean Missing Data before Train Model.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(*FORESTS),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.forests import forest_regressor

    return forest_regressor(parameters, seed=seed)
