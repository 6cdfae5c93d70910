"""Two-Class Support Vector Machine: predict one of two classes with the widest margin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learners import UNTRAINED, derived, learner_parameters, untrained
from mlops.formats.component import Component, Derived, Parameter, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="two_class_support_vector_machine",
    version="1",
    title="Two-Class Support Vector Machine",
    group="Classification",
    task="two_class",
    help="""Learns to tell two classes apart with a weighted sum of the columns, chosen so that the margin
between the classes is wide.

**When to use it.** For tables with many columns, such as words, whose classes a straight line nearly parts. Use
boosted trees when effects bend or depend on each other.

**Example.** Reviews are told apart by the weights of their words.

**Choices.** A larger lambda keeps the weights smaller. The weights are found by gradient descent; one iteration
goes through all rows once, so small tables gain from more. The weighted sum becomes a probability by Platt's
method on the training rows.

**What comes out.** An untrained model for Train Model. The label must have exactly two values; the second in
alphabetical (or numerical) order is the positive one. It cannot learn from missing values: put Clean Missing
Data before Train Model.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(
        (
            Parameter(
                name="number_of_iterations",
                type="integer",
                label="Number of iterations",
                default=1,
                minimum=1,
                maximum=10_000,
                help="How often all rows are gone through.",
            ),
            "1; 10; 100",
        ),
        (
            Parameter(
                name="lambda",
                type="decimal",
                label="Lambda",
                default=0.001,
                minimum=0,
                exclusive_minimum=True,
                help="How strongly weights are kept small.",
            ),
            "0.00001; 0.0001; 0.001; 0.01; 0.1",
        ),
        Parameter(
            name="normalize_features",
            type="boolean",
            label="Normalize features",
            default=True,
            help="Bring columns to one scale first.",
        ),
        Parameter(
            name="project_to_the_unit_sphere",
            type="boolean",
            label="Project to the unit-sphere",
            default=False,
            help="Divide each row by its length, so that only the proportions of its columns count.",
        ),
        classes=True,
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.calibrated import support_vectors

    return support_vectors(parameters, seed=seed)
