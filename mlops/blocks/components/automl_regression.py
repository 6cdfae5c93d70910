"""AutoML Regression: find the best model for a number by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.automl import BUDGET, INPUTS, LABEL, OUTPUTS, derived
from mlops.blocks.measures import REGRESSION
from mlops.formats.component import Component, Derived, Parameter, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="automl_regression",
    version="1",
    title="AutoML Regression",
    group="Model Training",
    help="""Finds a good model that predicts a number, by itself: it tries several
learners with many settings, and what is done to the columns before them, and trains the best on all rows.

**When to use it.** When you have a table and a column to predict, and no wish to choose a learner; or to know
how good a model can get before you build one by hand.

**Example.** Label `price`, 205 cars, 10 minutes: 50 models are tried, boosted trees with 60 leaves are best with a
root mean squared error of 2,100.

**What is tried.** Boosted trees, forests, linear models and neural networks of this product; gaps left, or filled
with the median or mean and marked; numbers brought to one scale. Columns that nothing can be learned from (one
single value, or a name of each row) are left out. Each model is judged by cross-validation, or on the rows at the
input *Validation dataset*; one that is worse than most is given up early.

**Choices.** The search ends with the time or the number of trials, or when nothing gets better any more. For a
result that repeats exactly, set the time budget to 0, which leaves the number of trials as the limit.

**What comes out.** Left: the best model, an ordinary one: it can be scored, registered and deployed. Right: the
leaderboard, one row per model that was tried, the best first.""",
    inputs=INPUTS,
    outputs=OUTPUTS,
    parameters=(
        LABEL,
        Parameter(
            name="metric",
            type="choice",
            label="Metric",
            required=True,
            default="root_mean_squared_error",
            choices=REGRESSION,
            help="What the best model is best in.",
        ),
        *BUDGET,
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(parameters, inputs, task="regression")


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.tuning.automl import search

    return search(call, task="regression", metric=call.parameters["metric"], maker=DEFINITION.title)
