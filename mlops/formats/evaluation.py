"""What Evaluate Model found: numbers, curves and tables of one or two scored data sets."""

from __future__ import annotations

import msgspec

from mlops.formats.model import Task
from mlops.formats.profile import Histogram

EVALUATION_FILE = "evaluation.json"


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    x: tuple[float, ...]
    y: tuple[float, ...]
    thresholds: tuple[float, ...] = ()


class ThresholdRow(msgspec.Struct, frozen=True, kw_only=True):
    """The confusion matrix of a two-class model at one threshold."""

    threshold: float
    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int
    accuracy: float
    precision: float
    recall: float
    f1: float


class Evaluated(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One scored data set. Metric keys: regression mean_absolute_error, root_mean_squared_error,
    relative_absolute_error, relative_squared_error, coefficient_of_determination; two-class accuracy,
    precision, recall, f1_score, auc, log_loss (threshold 0.5); multi-class overall_accuracy,
    average_accuracy, micro_/macro_precision, micro_/macro_recall, macro_f1, log_loss."""

    name: str
    rows: int
    metrics: dict[str, float]
    classes: tuple[str, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    """Rows: actual class; columns: predicted class, in the order of `classes`."""
    roc: Curve | None = None
    precision_recall: Curve | None = None
    lift: Curve | None = None
    thresholds: tuple[ThresholdRow, ...] = ()
    predicted_actual: Curve | None = None
    """Regression: x actual, y predicted, at most 2,000 points."""
    residuals: Histogram | None = None


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    task: Task
    evaluated: tuple[Evaluated, ...]
