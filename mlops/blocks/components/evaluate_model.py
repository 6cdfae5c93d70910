"""Evaluate Model: how good the predictions of one or two scored data sets are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import problem
from mlops.formats.component import Component, Derived, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

PORTS = ("scored_dataset", "scored_dataset_to_compare")
WORDS = {"two_class": "two-class", "multiclass": "multi-class"}
TWO_CLASS = ("accuracy", "precision", "recall", "f1_score", "auc", "log_loss")
METRICS: dict[str, tuple[str, ...]] = {
    "regression": (
        "mean_absolute_error",
        "root_mean_squared_error",
        "relative_absolute_error",
        "relative_squared_error",
        "coefficient_of_determination",
    ),
    "quantile": ("pinball_loss", "mean_absolute_error", "coverage", "nominal_coverage", "interval_width"),
    "two_class": TWO_CLASS,
    "anomaly": TWO_CLASS,
    "clustering": (
        "average_distance_to_cluster_center",
        "average_distance_to_other_center",
        "number_of_points",
        "maximal_distance_to_cluster_center",
        "simplified_silhouette",
    ),
    "multiclass": (
        "overall_accuracy",
        "average_accuracy",
        "micro_precision",
        "micro_recall",
        "macro_precision",
        "macro_recall",
        "macro_f1",
        "macro_auc",
        "log_loss",
    ),
}

DEFINITION = Component(
    name="evaluate_model",
    version="1",
    title="Evaluate Model",
    group="Model Scoring and Evaluation",
    help="""Compares predictions with the truth and says how good they are.

**When to use it.** After Score Model, on rows that the model has not learned from. Connect a second scored
table to compare two models side by side.

**What the numbers mean.** *Regression*: mean absolute error is how far a prediction is off on average, in the
unit of the label; the coefficient of determination (R²) is 1 for perfect predictions and 0 for always saying
the mean. *Two classes*: accuracy is the share of right answers; precision, how many of the flagged rows are
truly positive; recall, how many of the positive rows are flagged; AUC, 1 for a perfect order and 0.5 for
guessing. *Several classes*: overall accuracy, and averages per class (macro) or over all rows (micro).
*Quantiles*: the pinball loss, and the share of rows that fell into the predicted range (coverage) beside what it
should be. *Clusters*: how far rows are from their own centre and from the nearest other one, per cluster and for
all together (combined); no label is needed. *Anomalies*: as for two classes; the label says 1 or true for an
anomaly.

**Example.** Of 100 late flights 80 are flagged (recall 0.8), with 20 false alarms (precision 0.8).

**What comes out.** A table of these numbers, and curves, a confusion matrix and a threshold slider to look at.
Rows without a label or a score are left out.""",
    inputs=(
        Port(name="scored_dataset", type="table", label="Scored dataset"),
        Port(name="scored_dataset_to_compare", type="table", label="Scored dataset to compare", optional=True),
    ),
    outputs=(Port(name="evaluation_results", type="table", label="Evaluation results"),),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    problems: list[Problem] = []
    tasks = {}
    for port in PORTS:
        table = inputs[port].table if port in inputs else None
        if table is None:
            continue
        problems += score_problems(table, port)
        if score := scored_label(table):
            tasks[port] = score.task
    if len(set(tasks.values())) == 2:
        first, second = (WORDS.get(tasks[port], tasks[port]) for port in PORTS)
        message = _("One table holds %(first)s scores and the other %(second)s scores, which cannot be compared.") % {
            "first": first,
            "second": second,
        }
        hint = _("Compare models of the same kind, or use two Evaluate Model.")
        problems.append(problem("tasks_differ", message, hint=hint, port=PORTS[1]))
    task = tasks.get(PORTS[0], "")
    table = TableSchema(columns=result_columns(task)) if task in METRICS else None
    return Derived(outputs={"evaluation_results": Shape(type="table", table=table)}, problems=tuple(problems))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.evaluating import evaluate

    return evaluate(call)


def scored_label(table: TableSchema) -> Column | None:
    return next((column for column in table.columns if column.role == "scored_label"), None)


def true_label(table: TableSchema) -> Column | None:
    return next((column for column in table.columns if column.role == "label"), None)


def result_columns(task: str) -> tuple[Column, ...]:
    """One row a table; of a clustering one row a cluster, and the combined one."""
    first = Column(name="scored_dataset", type="string")
    if task == "clustering":
        return (
            first,
            Column(name="Result Description", type="string"),
            Column(name="Average Distance to Cluster Center", type="decimal"),
            Column(name="Average Distance to Other Center", type="decimal"),
            Column(name="Number of Points", type="integer"),
            Column(name="Maximal Distance To Cluster Center", type="decimal"),
        )
    numbers = tuple(Column(name=key, type="decimal") for key in METRICS[task])
    return (first, Column(name="rows", type="integer"), *numbers)


def score_problems(table: TableSchema, port: str) -> list[Problem]:
    """Why the table cannot be judged."""
    said = scored_label(table)
    if said is None:
        message = _("The table has no score column.")
        hint = _("Connect the output of Score Model. Scores of your own must be named 'Scored Labels'.")
        return [problem("no_score_column", message, hint=hint, port=port)]
    if true_label(table) is None and said.task != "clustering":
        message = _("The table has no label column to compare the scores with.")
        hint = _(
            "Keep 'Append score columns to output' on in Score Model, or mark the label with Edit Metadata (Fields)."
        )
        return [problem("no_label_column", message, hint=hint, port=port)]
    return []
