"""Linear Regression: predict a number with a weighted sum of the columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learners import UNTRAINED, derived, untrained
from mlops.formats.component import Choice, Component, Derived, Parameter, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

ORDINARY, GRADIENT = "ordinary_least_squares", "online_gradient_descent"

DEFINITION = Component(
    name="linear_regression",
    version="1",
    title="Linear Regression",
    group="Regression",
    task="regression",
    help="""Learns to predict a number as a weighted sum: so much per unit of each column, and so much for
each category.

**When to use it.** As a first model for prices, amounts and durations: it is quick, and every weight can be
read. Use boosted trees when effects bend or depend on each other.

**Example.** `price = 12 x horsepower + 3 x length + 2000 (if make is bmw) + 500`.

**Choices.** *Ordinary least squares* finds the best weights directly; the L2 weight (ridge regression) keeps
them small. *Online gradient descent* improves the weights row by row for a number of epochs; columns are first
brought to one scale, and the learning rate is divided by the mean squared length of a row, so that wide tables
do not diverge.

**What comes out.** An untrained model for Train Model. It cannot learn from missing values: put Clean Missing
Data before Train Model.""",
    outputs=UNTRAINED,
    parameters=(
        Parameter(
            name="solution_method",
            type="choice",
            label="Solution method",
            required=True,
            default=ORDINARY,
            choices=(
                Choice(value=ORDINARY, label="Ordinary Least Squares"),
                Choice(value=GRADIENT, label="Online Gradient Descent"),
            ),
            help="How the weights are found.",
        ),
        Parameter(
            name="l2_regularization_weight",
            type="decimal",
            label="L2 regularization weight",
            default=0.001,
            minimum=0,
            help="Keeps weights small, which helps when columns say the same. 0 turns it off.",
        ),
        Parameter(
            name="include_intercept_term",
            type="boolean",
            label="Include intercept term",
            default=True,
            visible_if={"solution_method": (ORDINARY,)},
            help="Allow a constant in the sum.",
        ),
        Parameter(
            name="learning_rate",
            type="decimal",
            label="Learning rate",
            default=0.1,
            minimum=0,
            exclusive_minimum=True,
            visible_if={"solution_method": (GRADIENT,)},
            help="How far one row moves the weights.",
        ),
        Parameter(
            name="number_of_epochs",
            type="integer",
            label="Number of training epochs over which algorithm iterates through examples",
            default=10,
            minimum=1,
            maximum=10_000,
            visible_if={"solution_method": (GRADIENT,)},
            help="How often all rows are gone through.",
        ),
        Parameter(
            name="normalize_features",
            type="boolean",
            label="Normalize features",
            default=True,
            visible_if={"solution_method": (GRADIENT,)},
            help="Bring columns to one scale first.",
        ),
        Parameter(
            name="average_final_hypothesis",
            type="boolean",
            label="Average final hypothesis",
            default=True,
            visible_if={"solution_method": (GRADIENT,)},
            help="Use the mean of the weights over all steps.",
        ),
        Parameter(
            name="decrease_learning_rate",
            type="boolean",
            label="Decrease learning rate",
            default=True,
            visible_if={"solution_method": (GRADIENT,)},
            help="Take smaller steps as training goes on.",
        ),
        Parameter(
            name="random_number_seed",
            type="integer",
            label="Random number seed",
            default=0,
            minimum=0,
            maximum=2**31 - 1,
            visible_if={"solution_method": (GRADIENT,)},
            help="The order of rows depends on it. 0 is a fixed seed, not the clock.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.estimators import gradient_descent, least_squares

    if parameters["solution_method"] == ORDINARY:
        return least_squares(parameters)
    return gradient_descent(parameters, seed=seed)
