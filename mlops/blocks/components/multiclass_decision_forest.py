"""Multiclass Decision Forest: predict one of several classes by the vote of many trees."""

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
    name="multiclass_decision_forest",
    version="1",
    title="Multiclass Decision Forest",
    group="Classification",
    task="multiclass",
    help="""Learns to tell several classes apart with many decision trees that learn apart from each other and
vote; the share of votes is the probability.

**When to use it.** When effects bend or depend on each other, and when you do not want to tune much. Boosted
trees are often more exact, forests harder to spoil.

**Example.** Of eight trees five say `wheat`, two `barley` and one `rye`.

**Choices.** Each tree asks questions about a few columns drawn at random: at 128 random splits the square root
of their number, at 512 four times as many. On more than 500,000 rows each tree draws so many. The learner is
scikit-learn's random forest.

**What comes out.** An untrained model for Train Model. The label may have any number of classes. It cannot
learn from missing values: put Clean Missing Data before Train Model.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(*FORESTS, classes=True),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.forests import forest_classifier

    return forest_classifier(parameters, seed=seed)
