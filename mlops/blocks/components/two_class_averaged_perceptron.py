"""Two-Class Averaged Perceptron: predict one of two classes with a simple, quick rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learners import UNTRAINED, derived, learner_parameters, untrained
from mlops.formats.component import Component, Derived, Parameter, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="two_class_averaged_perceptron",
    version="1",
    title="Two-Class Averaged Perceptron",
    group="Classification",
    task="two_class",
    help="""Learns to tell two classes apart with a weighted sum of the columns, improved at every row that it
gets wrong; the mean of all weights on the way is kept.

**When to use it.** For a first, quick model on many rows whose classes a straight line nearly parts. Use
boosted trees when effects bend or depend on each other.

**Example.** A mail with many capitals and few known words moves the sum towards `spam`.

**Choices.** A higher learning rate makes bigger corrections. Columns are brought to one scale first. The
weighted sum becomes a probability by Platt's method on the training rows.

**What comes out.** An untrained model for Train Model. The label must have exactly two values; the second in
alphabetical (or numerical) order is the positive one. It cannot learn from missing values: put Clean Missing
Data before Train Model.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(
        (
            Parameter(
                name="learning_rate",
                type="decimal",
                label="Learning rate",
                default=1.0,
                minimum=0,
                exclusive_minimum=True,
                help="How far one wrong row moves the weights.",
            ),
            "0.1; 0.5; 1",
        ),
        (
            Parameter(
                name="maximum_number_of_iterations",
                type="integer",
                label="Maximum number of iterations",
                default=10,
                minimum=1,
                maximum=10_000,
                help="How often all rows are gone through.",
            ),
            "1; 10; 100",
        ),
        classes=True,
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.calibrated import averaged_perceptron

    return averaged_perceptron(parameters, seed=seed)
