"""Permutation Feature Importance: how much worse a model gets without what each column says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.components.score_model import missing_features
from mlops.blocks.measures import (
    FOR_CLASSIFICATION,
    FOR_REGRESSION,
    MEASURED_TASKS,
    metric_key,
    metric_parameters,
)
from mlops.blocks.problems import problem
from mlops.formats.component import Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

COLUMNS = (
    Column(name="Feature", type="string"),
    Column(name="Score", type="decimal"),
    Column(name="Standard Deviation", type="decimal"),
)

DEFINITION = Component(
    name="permutation_feature_importance",
    version="1",
    title="Permutation Feature Importance",
    group="Feature Selection",
    help="""Says how much a trained model relies on each column: it shuffles the values of one column at a time
and measures how much worse the predictions get.

**When to use it.** After Train Model, with rows that the model has not learned from (the other output of Split
Data), to see which columns carry the model, which can be left out, and whether it relies on one that it should
not know.

**Example.** R² is 0.90; with `horsepower` shuffled it is 0.55 and with `colour` shuffled still 0.90: the scores
are 0.35 and 0.00.

**Choices.** The *metric* is the unit of the scores: pick the one that you judge the model by. Each column is
shuffled several times; more repeats give steadier scores and take longer.

**What comes out.** One row per column, the most important first: *Score* is how much the metric got worse on
average, *Standard Deviation* how much the repeats differ. A score near or below 0 means that the model does as
well without the column. Columns that say the same share their importance, so both may look unimportant.""",
    inputs=(
        Port(name="trained_model", type="model", label="Trained model", tasks=MEASURED_TASKS),
        Port(name="test_data", type="table", label="Test data"),
    ),
    outputs=(Port(name="feature_importance", type="table", label="Feature importance"),),
    parameters=(
        Parameter(
            name="random_seed",
            type="integer",
            label="Random seed",
            default=0,
            minimum=0,
            maximum=2**31 - 1,
            help="Another number shuffles differently. 0 is a fixed seed, not the clock.",
        ),
        *metric_parameters(),
        Parameter(
            name="repeats",
            type="integer",
            label="Repeats",
            required=True,
            default=5,
            minimum=1,
            maximum=100,
            help="How often each column is shuffled.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    model, table = inputs["trained_model"], inputs["test_data"].table
    problems = () if table is None else _problems(model, table)
    return Derived(
        outputs={"feature_importance": Shape(type="table", table=TableSchema(columns=COLUMNS))}, problems=problems
    )


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.permuting import permutation_importance
    from mlops.blocks.results import result_table

    model, table = call.model("trained_model"), call.table("test_data")
    metric = metric_key(
        model.manifest.task,
        classification=call.parameters[FOR_CLASSIFICATION],
        regression=call.parameters[FOR_REGRESSION],
    )
    found = permutation_importance(
        model,
        table,
        metric=metric,
        seed=int(call.parameters["random_seed"] or call.seed),
        repeats=int(call.parameters["repeats"]),
        report=call.report,
    )
    call.report.metric(metric, found.base)
    rows = [
        {"Feature": one.column, "Score": one.importance, "Standard Deviation": one.deviation} for one in found.columns
    ]
    sources = tuple(dict.fromkeys(table.meta.sources + model.manifest.sources))
    return {"feature_importance": result_table(rows, COLUMNS, maker=DEFINITION.title, sources=sources, finding=found)}


def _problems(model: Shape, table: TableSchema) -> tuple[Problem, ...]:
    absent = missing_features(model.features, table, port="test_data")
    if absent or not model.label or table.column(model.label) is not None:
        return absent
    message = _("The table lacks '%(label)s', the label that the model predicts, so it cannot be judged.") % {
        "label": model.label
    }
    hint = _("Connect rows with a known label, such as the other output of the Split Data that Train Model reads.")
    return (problem("no_label_column", message, hint=hint, port="test_data", column=model.label),)
