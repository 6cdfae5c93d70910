"""How good predictions are, as numbers by stable key: pure functions on numpy arrays, one per task.

A measure that is not defined for the data (AUC with one class, R² of a constant) is left out, never NaN. The keys
are described in mlops.formats.evaluation. Checked against scikit-learn's metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mlops.stats.ranking import area, steps

if TYPE_CHECKING:
    import numpy.typing as npt

Numbers = Any
SMALLEST_PROBABILITY = 2.0**-52


def regression_metrics(actual: npt.NDArray[Any], predicted: npt.NDArray[Any]) -> dict[str, float]:
    import numpy as np

    error = predicted - actual
    spread = actual - actual.mean()
    metrics = {
        "mean_absolute_error": float(np.abs(error).mean()),
        "root_mean_squared_error": float(np.sqrt(np.square(error).mean())),
    }
    if np.any(spread):
        squared = float(np.square(error).sum() / np.square(spread).sum())
        metrics["relative_absolute_error"] = float(np.abs(error).sum() / np.abs(spread).sum())
        metrics["relative_squared_error"] = squared
        metrics["coefficient_of_determination"] = 1 - squared
    return metrics


def quantile_metrics(
    actual: npt.NDArray[Any], predicted: npt.NDArray[Any], levels: Sequence[float]
) -> dict[str, float]:
    """`predicted` is [rows, levels], levels ascending in 0 to 1. The interval is that of the outermost levels."""
    import numpy as np

    losses = [pinball_loss(actual, predicted[:, place], level) for place, level in enumerate(levels)]
    metrics = {"pinball_loss": float(np.mean(losses))}
    if 0.5 in levels:
        metrics["mean_absolute_error"] = float(np.abs(predicted[:, list(levels).index(0.5)] - actual).mean())
    if len(levels) > 1:
        low, high = predicted[:, 0], predicted[:, -1]
        metrics["coverage"] = float(((actual >= low) & (actual <= high)).mean())
        metrics["nominal_coverage"] = float(levels[-1] - levels[0])
        metrics["interval_width"] = float((high - low).mean())
    return metrics


def pinball_loss(actual: npt.NDArray[Any], predicted: npt.NDArray[Any], level: float) -> float:
    """Koenker and Bassett (1978): an error costs `level` where the prediction is too low, else 1 - `level`."""
    import numpy as np

    error = actual - predicted
    return float(np.maximum(level * error, (level - 1) * error).mean())


def two_class_metrics(
    positive: npt.NDArray[Any], predicted_positive: npt.NDArray[Any], probability: npt.NDArray[Any] | None
) -> dict[str, float]:
    """`positive` and `predicted_positive` are booleans. Log loss needs probabilities within 0 to 1."""
    import numpy as np

    metrics = rates(*counts(positive, predicted_positive))
    if probability is None:
        return metrics
    if probability.min() >= 0 and probability.max() <= 1:
        clipped = np.clip(probability, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
        metrics["log_loss"] = float(-np.where(positive, np.log(clipped), np.log1p(-clipped)).mean())
    if positive.any() and not positive.all():
        _thresholds, hits, alarms = steps(positive, probability)
        metrics["auc"] = area(alarms / alarms[-1], hits / hits[-1])
    return metrics


def multiclass_metrics(
    actual: npt.NDArray[Any], predicted: npt.NDArray[Any], probabilities: npt.NDArray[Any] | None, *, classes: int
) -> dict[str, float]:
    """`actual` and `predicted` are indices below `classes`; `probabilities` is [rows, classes]."""
    import numpy as np

    confusion = confusion_matrix(actual, predicted, classes)
    total = int(confusion.sum())
    hits = np.diag(confusion).astype(float)
    false_positives, false_negatives = confusion.sum(axis=0) - hits, confusion.sum(axis=1) - hits
    precision, recall = _ratio(hits, confusion.sum(axis=0)), _ratio(hits, confusion.sum(axis=1))
    overall = float(hits.sum() / total)
    seen = (confusion.sum(axis=0) + confusion.sum(axis=1)) > 0
    metrics = {
        "overall_accuracy": overall,
        "average_accuracy": float(((total - false_positives - false_negatives) / total).mean()),
        "micro_precision": overall,
        "micro_recall": overall,
        "macro_precision": float(precision[seen].mean()),
        "macro_recall": float(recall[seen].mean()),
        "macro_f1": float(_ratio(2 * precision * recall, precision + recall)[seen].mean()),
    }
    if probabilities is not None:
        of_actual = np.clip(probabilities[np.arange(actual.size), actual], SMALLEST_PROBABILITY, 1.0)
        metrics["log_loss"] = float(-np.log(of_actual).mean())
        areas = [auc(actual == place, probabilities[:, place]) for place in np.unique(actual).tolist()]
        if len(areas) > 1:
            metrics["macro_auc"] = float(np.mean(areas))
    return metrics


def auc(positive: npt.NDArray[Any], score: npt.NDArray[Any]) -> float:
    """Area under the ROC curve; both classes must be there."""
    _thresholds, hits, alarms = steps(positive, score)
    return area(alarms / alarms[-1], hits / hits[-1])


def confusion_matrix(actual: npt.NDArray[Any], predicted: npt.NDArray[Any], classes: int) -> Numbers:
    """Rows: actual, columns: predicted."""
    import numpy as np

    return np.bincount(actual * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def counts(positive: npt.NDArray[Any], predicted: npt.NDArray[Any]) -> tuple[int, int, int, int]:
    """True positives, false positives, true negatives, false negatives."""
    tp = int((positive & predicted).sum())
    fp = int((~positive & predicted).sum())
    fn = int((positive & ~predicted).sum())
    return tp, fp, int(positive.size) - tp - fp - fn, fn


def rates(tp: int, fp: int, tn: int, fn: int) -> dict[str, float]:
    """A share of nothing counts as 0."""
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    return {
        "accuracy": (tp + tn) / (tp + fp + tn + fn),
        "precision": precision,
        "recall": recall,
        "f1_score": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
    }


def _ratio(above: Numbers, below: Numbers) -> Numbers:
    import numpy as np

    return np.divide(above, below, out=np.zeros_like(above, dtype=float), where=below != 0)
