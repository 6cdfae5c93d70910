"""What Evaluate Model found: numbers, curves and tables of scored data sets.

The keys of metrics are stable: runs are compared by them and models in the registry carry them.

| task | keys |
|---|---|
| regression | mean_absolute_error, root_mean_squared_error, relative_absolute_error, relative_squared_error, coefficient_of_determination |
| quantile | pinball_loss (mean over the quantiles), mean_absolute_error (of the median), coverage and nominal_coverage (share of rows between the outermost quantiles, and what it should be), interval_width |
| two_class, anomaly | accuracy, precision, recall, f1_score (at the model's own threshold), auc, log_loss |
| multiclass | overall_accuracy, average_accuracy, micro_precision, micro_recall, macro_precision, macro_recall, macro_f1, macro_auc (one against the rest), log_loss |
| clustering | average_distance_to_cluster_center, average_distance_to_other_center, maximal_distance_to_cluster_center, number_of_points, simplified_silhouette (-1 to 1, of all rows together) |

Evaluate Model reports those of its second input with the prefix `compare_`; Cross Validate Model reports each with the
suffixes `_mean` and `_deviation`; Tune Model Hyperparameters and AutoML report `trial_<key>` of each trial and
`best_<key>` whenever it improves; Compare Models reports `best_<key>` and `model_<number>_<key>`.
"""  # noqa: E501

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


class ScoreBin(msgspec.Struct, frozen=True, kw_only=True):
    """Rows whose probability lies in (low, high], and the measures where they and all rows above are flagged."""

    low: float
    high: float
    positives: int
    negatives: int
    share_above: float
    accuracy: float
    precision: float
    recall: float
    f1: float
    negative_precision: float
    negative_recall: float
    cumulative_auc: float


class QuantileRow(msgspec.Struct, frozen=True, kw_only=True):
    """`share_below`: share of rows at or below the predicted quantile; a good model has it near `level`."""

    level: float
    pinball_loss: float
    share_below: float


class ClusterRow(msgspec.Struct, frozen=True, kw_only=True):
    """Of the rows assigned to one cluster, or of all (`cluster` is empty). `other`: the nearest other centre."""

    cluster: str
    points: int
    average_distance_to_center: float
    average_distance_to_other_center: float | None
    maximal_distance_to_center: float


class Evaluated(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One scored data set."""

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
    score_bins: tuple[ScoreBin, ...] = ()
    predicted_actual: Curve | None = None
    """Regression: x actual, y predicted, at most 2,000 points."""
    residuals: Histogram | None = None
    quantiles: tuple[QuantileRow, ...] = ()
    clusters: tuple[ClusterRow, ...] = ()
    """One row a cluster, then the combined one."""


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    task: Task
    evaluated: tuple[Evaluated, ...]
