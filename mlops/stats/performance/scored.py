"""Predictions with or without the truth, and the measures of any choice of their rows by the keys of
mlops.formats.evaluation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from mlops.stats.metrics import multiclass_metrics, regression_metrics, two_class_metrics

Task = Literal["regression", "two_class", "multiclass"]
REGRESSION = (
    "mean_absolute_error",
    "root_mean_squared_error",
    "relative_absolute_error",
    "relative_squared_error",
    "coefficient_of_determination",
)
TWO_CLASS = ("accuracy", "precision", "recall", "f1_score", "auc", "log_loss")
MULTICLASS = (
    "overall_accuracy",
    "average_accuracy",
    "micro_precision",
    "micro_recall",
    "macro_precision",
    "macro_recall",
    "macro_f1",
    "macro_auc",
    "log_loss",
)
KEYS: dict[Task, tuple[str, ...]] = {"regression": REGRESSION, "two_class": TWO_CLASS, "multiclass": MULTICLASS}
ALSO_CALLED = {
    "accuracy": "overall_accuracy",
    "precision": "macro_precision",
    "recall": "macro_recall",
    "f1_score": "macro_f1",
    "auc": "macro_auc",
}
"""Of several classes."""
SMALLER_IS_BETTER = {*REGRESSION, "log_loss"} - {"coefficient_of_determination"}


@dataclass(frozen=True)
class Scored:
    """Regression: numbers. Classes: indices into `classes`; of two the second is the positive one.

    `probabilities` is [rows, classes], each row's sum 1; None where there are none. `actual` None: no truth."""

    task: Task
    predicted: Any
    actual: Any = None
    probabilities: Any = None
    classes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        return int(self.predicted.size)

    def at(self, rows: Any) -> Scored:
        """Rows by number, which may repeat, or by a mask."""
        return replace(
            self,
            predicted=self.predicted[rows],
            actual=None if self.actual is None else self.actual[rows],
            probabilities=None if self.probabilities is None else self.probabilities[rows],
        )


def measures(scored: Scored) -> dict[str, float]:
    """By labels. What is not defined for the rows is left out."""
    if scored.task == "regression":
        return regression_metrics(scored.actual, scored.predicted)
    if scored.task == "two_class":
        positive = None if scored.probabilities is None else scored.probabilities[:, 1]
        return two_class_metrics(scored.actual == 1, scored.predicted == 1, positive)
    return multiclass_metrics(scored.actual, scored.predicted, scored.probabilities, classes=len(scored.classes))


def key_of(metric: str, task: Task) -> str:
    """The key of evaluation that a metric's name means for a task; the name itself where it is none."""
    return ALSO_CALLED.get(metric, metric) if task == "multiclass" else metric
