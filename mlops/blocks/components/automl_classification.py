"""AutoML Classification: find the best model for classes by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.automl import BUDGET, INPUTS, LABEL, OUTPUTS, derived
from mlops.blocks.measures import CLASSIFICATION, OF_MULTICLASS, OF_TWO_CLASS
from mlops.formats.component import Component, Derived, Parameter, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="automl_classification",
    version="1",
    title="AutoML Classification",
    group="Model Training",
    help="""Finds a good model that predicts which of two or more classes a row belongs to, by itself: it tries several
learners with many settings, and what is done to the columns before them, and trains the best on all rows.

**When to use it.** When you have a table and a column to predict, and no wish to choose a learner; or to know
how good a model can get before you build one by hand.

**Example.** Label `late`, 20,000 flights, 10 minutes: 48 models are tried, boosted trees with a learning rate of
0.06 are best with an AUC of 0.74.

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
            default="accuracy",
            choices=CLASSIFICATION,
            help="What the best model is best in. With several classes: the mean over the classes.",
        ),
        *BUDGET,
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(parameters, inputs, task="")


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.tuning.automl import search, task_of

    task = task_of(call.table("dataset").frame[call.parameters["label_column"]])
    keys = OF_TWO_CLASS if task == "two_class" else OF_MULTICLASS
    return search(call, task=task, metric=keys[call.parameters["metric"]], maker=DEFINITION.title)
