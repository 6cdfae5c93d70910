"""Cross Validate Model: how good a learner is on this data, judged several times on rows that it has not seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.components.evaluate_model import METRICS
from mlops.blocks.components.train_model import label_problems, ranges_unused
from mlops.blocks.measures import MEASURED_TASKS
from mlops.formats.component import Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

SCORED, RESULTS = "scored_results", "evaluation_results_by_fold"
FOLD = "Fold number"

DEFINITION = Component(
    name="cross_validate_model",
    version="1",
    title="Cross Validate Model",
    group="Model Scoring and Evaluation",
    help="""Deals the rows out to folds, and for each fold trains a model on the other folds and judges it on this
one. So every row is judged by a model that has never seen it.

**When to use it.** To know how good a learner is on your data and how much that depends on luck, above all with
few rows. It gives no model: when you are content, train one on all rows with Train Model.

**Example.** 205 cars in 10 folds: R² is between 0.81 and 0.93, with a mean of 0.88 and a standard deviation of
0.04. A second learner with a mean of 0.89 is then hardly better.

**Choices.** Rows are drawn at random, the mix of classes alike in every fold. If a Partition and Sample with
*Assign to Folds* comes before, its folds are used and the number here does not count: so you can keep rows that
belong together in one fold, or compare learners on the same folds.

**What comes out.** Left: all rows with their `Fold number` (from 0) and scores, for Evaluate Model. Right: the
metrics of each fold, then their mean and standard deviation.""",
    inputs=(
        Port(name="untrained_model", type="untrained_model", label="Untrained model", tasks=MEASURED_TASKS),
        Port(name="dataset", type="table", label="Dataset"),
    ),
    outputs=(
        Port(name=SCORED, type="table", label="Scored results"),
        Port(name=RESULTS, type="table", label="Evaluation results by fold"),
    ),
    parameters=(
        Parameter(
            name="label_column",
            type="column",
            label="Label column",
            required=True,
            port="dataset",
            help="Choose the column that the models learn to predict.",
        ),
        Parameter(
            name="random_seed",
            type="integer",
            label="Random seed",
            default=0,
            minimum=0,
            maximum=2**31 - 1,
            help="Another number deals the rows out differently. 0 is a fixed seed, not the clock.",
        ),
        Parameter(
            name="number_of_folds",
            type="integer",
            label="Number of folds",
            required=True,
            default=10,
            minimum=2,
            maximum=100,
            help="Into how many parts the rows are dealt, where no Partition and Sample before has done so.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    learner, table = inputs["untrained_model"], inputs["dataset"].table
    label = parameters["label_column"] or ""
    problems: tuple[Problem, ...] = ()
    if table is not None and label:
        problems = label_problems(table, label, learner)
    results = TableSchema(columns=result_columns(learner.task)) if learner.task in METRICS else None
    outputs = {SCORED: Shape(type="table"), RESULTS: Shape(type="table", table=results)}
    return Derived(outputs=outputs, problems=problems + ranges_unused(learner))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.cross_validating import cross_validate

    return cross_validate(call)


def result_columns(task: str) -> tuple[Column, ...]:
    return (
        Column(name=FOLD, type="string"),
        Column(name="Rows to learn from", type="integer"),
        Column(name="Rows in fold", type="integer"),
        *(Column(name=key, type="decimal") for key in METRICS[task]),
    )
