"""The measures that people choose from, by task: their keys in an evaluation, and which way is better."""

from __future__ import annotations

from mlops.formats.component import Choice, Parameter
from mlops.formats.model import Task

CLASSIFICATION = (
    Choice(value="accuracy", label="Accuracy"),
    Choice(value="precision", label="Precision"),
    Choice(value="recall", label="Recall"),
    Choice(value="f_score", label="F-score"),
    Choice(value="auc", label="AUC"),
    Choice(value="average_log_loss", label="Average Log Loss"),
)
REGRESSION = (
    Choice(value="mean_absolute_error", label="Mean absolute error"),
    Choice(value="root_mean_squared_error", label="Root of mean squared error"),
    Choice(value="relative_absolute_error", label="Relative absolute error"),
    Choice(value="relative_squared_error", label="Relative squared error"),
    Choice(value="coefficient_of_determination", label="Coefficient of determination"),
)
OF_TWO_CLASS = {
    "accuracy": "accuracy",
    "precision": "precision",
    "recall": "recall",
    "f_score": "f1_score",
    "auc": "auc",
    "average_log_loss": "log_loss",
}
OF_MULTICLASS = {
    "accuracy": "overall_accuracy",
    "precision": "macro_precision",
    "recall": "macro_recall",
    "f_score": "macro_f1",
    "auc": "macro_auc",
    "average_log_loss": "log_loss",
}
SMALLER_IS_BETTER = frozenset(
    (
        "mean_absolute_error",
        "root_mean_squared_error",
        "relative_absolute_error",
        "relative_squared_error",
        "log_loss",
        "pinball_loss",
        "interval_width",
        "average_distance_to_cluster_center",
        "maximal_distance_to_cluster_center",
    )
)
FOR_CLASSIFICATION = "metric_for_measuring_performance_for_classification"
FOR_REGRESSION = "metric_for_measuring_performance_for_regression"
MEASURED_TASKS = ("regression", "quantile", "two_class", "multiclass")
"""Tasks whose models can be judged against a label by the measures above."""


def metric_parameters() -> tuple[Parameter, Parameter]:
    """The two choices of the designer: which of them counts follows from the learner."""
    return (
        Parameter(
            name=FOR_CLASSIFICATION,
            type="choice",
            label="Metric for measuring performance for classification",
            required=True,
            default="accuracy",
            choices=CLASSIFICATION,
            help="What is best, for a learner of classes. With several classes: the mean over the classes.",
        ),
        Parameter(
            name=FOR_REGRESSION,
            type="choice",
            label="Metric for measuring performance for regression",
            required=True,
            default="mean_absolute_error",
            choices=REGRESSION,
            help="What is best, for a learner of numbers. Quantile learners are judged by the pinball loss.",
        ),
    )


def metric_key(task: Task | str, *, classification: str, regression: str) -> str:
    """The key of the chosen measure in an evaluation of the task."""
    if task == "quantile":
        return "pinball_loss"
    if task == "regression":
        return regression
    return (OF_MULTICLASS if task == "multiclass" else OF_TWO_CLASS)[classification]


def metric_words(key: str) -> str:
    """As people say it: `AUC`, `mean absolute error`."""
    return key.replace("_", " ").replace("auc", "AUC").replace("f1", "F1")


def larger_is_better(key: str) -> bool:
    return key not in SMALLER_IS_BETTER
