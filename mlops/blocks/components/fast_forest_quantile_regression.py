"""Fast Forest Quantile Regression: predict a range instead of one number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learners import UNTRAINED, derived, learner_parameters, untrained
from mlops.blocks.problems import problem
from mlops.blocks.quantiles import quantiles_of
from mlops.formats.component import Component, Derived, Parameter, Shape
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

QUANTILES = "quantiles_to_be_estimated"

DEFINITION = Component(
    name="fast_forest_quantile_regression",
    version="1",
    title="Fast Forest Quantile Regression",
    group="Regression",
    task="quantile",
    framework="lightgbm",
    tolerates_missing=True,
    help="""Learns to predict a range: for each quantile the number below which that share of cases lies.

**When to use it.** When one number is not enough: how long will the delivery take at most in 9 of 10 cases?
Which prices are usual for such a house?

**Example.** Quantiles 0.25; 0.5; 0.75: half of such houses cost between 280,000 and 340,000, the middle one
305,000.

**Choices.** For each quantile a forest is trained: each tree learns from a share of rows and columns and puts
the quantile of its rows into each leaf; a prediction is the mean of the trees. All rows of a leaf count, so
there is no sample size to choose. The learner is LightGBM in its random forest mode.

**What comes out.** An untrained model for Train Model. The label must be a number. Scores are `Scored Labels`,
the quantile nearest to 0.5, and one column `Scored Quantile x` per quantile, in ascending order in every row.
It copes with missing values.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(
        (
            Parameter(
                name="number_of_trees",
                type="integer",
                label="Number of trees",
                default=100,
                minimum=1,
                maximum=10_000,
                help="More trees give steadier predictions and take longer.",
            ),
            "16; 32; 64",
        ),
        (
            Parameter(
                name="number_of_leaves",
                type="integer",
                label="Number of leaves",
                default=20,
                minimum=2,
                maximum=131_072,
                help="How many cases one tree may tell apart.",
            ),
            "16; 32; 64",
        ),
        (
            Parameter(
                name="minimum_number_of_training_instances_required_to_form_a_leaf",
                type="integer",
                label="Minimum number of training instances required to form a leaf",
                default=10,
                minimum=1,
                help="A leaf must stand for at least so many rows.",
            ),
            "1; 5; 10",
        ),
        (
            Parameter(
                name="bagging_fraction",
                type="decimal",
                label="Bagging fraction",
                default=0.7,
                minimum=0.01,
                maximum=0.99,
                help="The share of rows that each tree learns from.",
            ),
            "0.25; 0.5; 0.75",
        ),
        (
            Parameter(
                name="feature_fraction",
                type="decimal",
                label="Feature fraction",
                default=0.7,
                minimum=0.01,
                maximum=1,
                help="The share of columns that each tree learns from.",
            ),
            "0.25; 0.5; 0.75",
        ),
        (
            Parameter(
                name="split_fraction",
                type="decimal",
                label="Split fraction",
                default=0.7,
                minimum=0.01,
                maximum=1,
                help="The share of the tree's columns among which each question is chosen.",
            ),
            "0.25; 0.5; 0.75",
        ),
        Parameter(
            name=QUANTILES,
            type="string",
            label="Quantiles to be estimated",
            required=True,
            default="0.25; 0.5; 0.75",
            help="Shares between 0 and 1, separated by semicolons.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    shapes = derived(DEFINITION, parameters)
    try:
        quantiles_of(parameters[QUANTILES] or "")
    except ValueError as error:
        hint = _("Write shares between 0 and 1, such as 0.25; 0.5; 0.75.")
        fault = problem("quantiles_invalid", str(error), hint=hint, parameter=QUANTILES)
        return Derived(outputs=shapes.outputs, problems=(fault,))
    return shapes


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.quantiles import quantile_forest

    return quantile_forest(parameters, seed=seed)
