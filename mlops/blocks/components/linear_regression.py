"""Linear Regression: predict a number with a weighted sum of the columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.blocks.learners import SEED, UNTRAINED, derived, learner_parameters, untrained
from mlops.formats.component import Choice, Component, Derived, Parameter, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

ORDINARY, GRADIENT, ELASTIC = "ordinary_least_squares", "online_gradient_descent", "elastic_net"

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
do not diverge. *Lasso and elastic net* drop weak columns: on columns and label of mean 0 and deviation 1 they
minimise half the mean squared error + L1 x |weights| + L2 / 2 x weights².

**What comes out.** An untrained model for Train Model. It cannot learn from missing values: put Clean Missing
Data before Train Model.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(
        Parameter(
            name="solution_method",
            type="choice",
            label="Solution method",
            required=True,
            default=ORDINARY,
            choices=(
                Choice(value=ORDINARY, label="Ordinary Least Squares"),
                Choice(value=GRADIENT, label="Online Gradient Descent"),
                Choice(value=ELASTIC, label="Lasso and Elastic Net"),
            ),
            help="How the weights are found.",
        ),
        (
            Parameter(
                name="l2_regularization_weight",
                type="decimal",
                label="L2 regularization weight",
                default=0.001,
                minimum=0,
                help="Keeps weights small, which helps when columns say the same. 0 turns it off.",
            ),
            "0.001; 0.01; 0.1; 1",
        ),
        (
            Parameter(
                name="l1_regularization_weight",
                type="decimal",
                label="L1 regularization weight",
                default=0.01,
                minimum=0,
                visible_if={"solution_method": (ELASTIC,)},
                help="Pushes weak columns to exactly no effect. With an L2 weight of 0 this is the lasso.",
            ),
            "0.001; 0.01; 0.1",
        ),
        Parameter(
            name="include_intercept_term",
            type="boolean",
            label="Include intercept term",
            default=True,
            visible_if={"solution_method": (ORDINARY,)},
            help="Allow a constant in the sum.",
        ),
        (
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
            "0.025; 0.05; 0.1; 0.2",
        ),
        (
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
            "1; 10; 100",
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
        msgspec.structs.replace(SEED, visible_if={"solution_method": (GRADIENT,)}),
        seed=False,
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.linear import elastic_net, gradient_descent, least_squares

    if parameters["solution_method"] == ORDINARY:
        return least_squares(parameters)
    if parameters["solution_method"] == ELASTIC:
        return elastic_net(parameters)
    return gradient_descent(parameters, seed=seed)
