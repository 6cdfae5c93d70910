"""How good predictions are: the yardstick's measures, curves and tables for the three tasks, in numpy.

Measures that are not defined for the data (AUC with one class, R² of a constant) are left out, never NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.formats.evaluation import Curve, Evaluated, ThresholdRow
from mlops.stats.histogram import histogram

if TYPE_CHECKING:
    import numpy.typing as npt

Numbers = Any
MOST_POINTS = 200
MOST_PAIRS = 2_000
SMALLEST_PROBABILITY = 2.0**-52


def evaluate_regression(actual: npt.NDArray[Any], predicted: npt.NDArray[Any], *, name: str) -> Evaluated:
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
    shown = _spread_out(actual.size, MOST_PAIRS)
    return Evaluated(
        name=name,
        rows=int(actual.size),
        metrics=metrics,
        predicted_actual=Curve(x=_listed(actual[shown]), y=_listed(predicted[shown])),
        residuals=histogram(error),
    )


def evaluate_two_class(
    positive: npt.NDArray[Any],
    predicted_positive: npt.NDArray[Any],
    probability: npt.NDArray[Any] | None,
    *,
    classes: Sequence[str],
    name: str,
) -> Evaluated:
    """`positive` and `predicted_positive` are booleans; `classes` is (negative, positive)."""
    import numpy as np

    tp, fp, tn, fn = _counts(positive, predicted_positive)
    evaluated = Evaluated(
        name=name,
        rows=int(positive.size),
        metrics=_rates(tp, fp, tn, fn),
        classes=tuple(classes),
        confusion=((tn, fp), (fn, tp)),
    )
    if probability is None:
        return evaluated
    clipped = np.clip(probability, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    log_loss = float(-np.where(positive, np.log(clipped), np.log1p(-clipped)).mean())
    metrics = {**evaluated.metrics, "log_loss": log_loss}
    changes: dict[str, Any] = {"metrics": metrics, "thresholds": threshold_rows(positive, probability)}
    if positive.any() and not positive.all():
        thresholds, hits, alarms = _steps(positive, probability)
        metrics["auc"] = _area(alarms / alarms[-1], hits / hits[-1])
        changes |= _curves(thresholds, hits, alarms)
    return msgspec.structs.replace(evaluated, **changes)


def evaluate_multiclass(
    actual: npt.NDArray[Any],
    predicted: npt.NDArray[Any],
    probabilities: npt.NDArray[Any] | None,
    *,
    classes: Sequence[str],
    name: str,
) -> Evaluated:
    """`actual` and `predicted` are indices into `classes`; `probabilities` is [rows, classes]."""
    import numpy as np

    width = len(classes)
    confusion = np.bincount(actual * width + predicted, minlength=width * width).reshape(width, width)
    total = int(confusion.sum())
    hits = np.diag(confusion).astype(float)
    false_positives, false_negatives = confusion.sum(axis=0) - hits, confusion.sum(axis=1) - hits
    precision = _ratio(hits, confusion.sum(axis=0))
    recall = _ratio(hits, confusion.sum(axis=1))
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
    return Evaluated(
        name=name,
        rows=total,
        metrics=metrics,
        classes=tuple(classes),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
    )


def threshold_rows(positive: npt.NDArray[Any], probability: npt.NDArray[Any]) -> tuple[ThresholdRow, ...]:
    """Thresholds 0.00 to 1.00 in steps of 0.01. Positive is what lies above the threshold, at 0 everything."""
    import numpy as np

    thresholds = np.round(np.arange(101) / 100, 2)
    all_sorted, hits_sorted = np.sort(probability), np.sort(probability[positive])
    flagged = probability.size - np.searchsorted(all_sorted, thresholds, side="right")
    hits = hits_sorted.size - np.searchsorted(hits_sorted, thresholds, side="right")
    flagged[0], hits[0] = probability.size, hits_sorted.size
    rows = []
    for threshold, positives, tp in zip(thresholds.tolist(), flagged.tolist(), hits.tolist(), strict=True):
        fp, fn = positives - tp, hits_sorted.size - tp
        tn = probability.size - positives - fn
        rates = _rates(tp, fp, tn, fn)
        rates["f1"] = rates.pop("f1_score")
        rows.append(
            ThresholdRow(
                threshold=threshold, true_positive=tp, false_positive=fp, true_negative=tn, false_negative=fn, **rates
            )
        )
    return tuple(rows)


def _counts(positive: npt.NDArray[Any], predicted: npt.NDArray[Any]) -> tuple[int, int, int, int]:
    tp = int((positive & predicted).sum())
    fp = int((~positive & predicted).sum())
    fn = int((positive & ~predicted).sum())
    return tp, fp, int(positive.size) - tp - fp - fn, fn


def _rates(tp: int, fp: int, tn: int, fn: int) -> dict[str, float]:
    """A share of nothing counts as 0."""
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    return {
        "accuracy": (tp + tn) / (tp + fp + tn + fn),
        "precision": precision,
        "recall": recall,
        "f1_score": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
    }


def _steps(positive: npt.NDArray[Any], probability: npt.NDArray[Any]) -> tuple[Numbers, Numbers, Numbers]:
    """Distinct scores from high to low with the true and false positives at or above each."""
    import numpy as np

    order = np.argsort(-probability, kind="stable")
    scores, truth = probability[order], positive[order]
    last = np.append(np.flatnonzero(np.diff(scores)), scores.size - 1)
    hits = np.cumsum(truth)[last]
    return scores[last], hits.astype(float), (last + 1 - hits).astype(float)


def _curves(thresholds: Numbers, hits: Numbers, alarms: Numbers) -> dict[str, Curve]:
    import numpy as np

    recall, false_rate = hits / hits[-1], alarms / alarms[-1]
    flagged = hits + alarms
    share = flagged / flagged[-1]
    points = _thinned_by_distance(false_rate, recall)
    at = _listed(thresholds[points])
    roc_x, roc_y = np.append(0.0, false_rate[points]), np.append(0.0, recall[points])
    return {
        "roc": Curve(x=_listed(roc_x), y=_listed(roc_y), thresholds=(1.0, *at)),
        "precision_recall": Curve(x=_listed(recall[points]), y=_listed((hits / flagged)[points]), thresholds=at),
        "lift": Curve(x=_listed(share[points]), y=_listed((recall / share)[points]), thresholds=at),
    }


def _thinned_by_distance(x: Numbers, y: Numbers) -> Numbers:
    """Indices of at most 199 points, evenly along the curve, with both ends."""
    import numpy as np

    if x.size < MOST_POINTS:
        return np.arange(x.size)
    travelled = np.cumsum(np.abs(np.diff(x, prepend=0.0)) + np.abs(np.diff(y, prepend=0.0)))
    wanted = np.linspace(travelled[0], travelled[-1], MOST_POINTS - 1)
    return np.unique(np.clip(np.searchsorted(travelled, wanted), 0, x.size - 1))


def _spread_out(size: int, most: int) -> Numbers:
    import numpy as np

    return np.arange(size) if size <= most else np.unique(np.linspace(0, size - 1, most).astype(int))


def _area(x: Numbers, y: Numbers) -> float:
    import numpy as np

    return float(np.trapezoid(np.append(0.0, y), np.append(0.0, x)))


def _ratio(above: Numbers, below: Numbers) -> Numbers:
    import numpy as np

    return np.divide(above, below, out=np.zeros_like(above, dtype=float), where=below != 0)


def _listed(values: Numbers) -> tuple[float, ...]:
    return tuple(values.astype(float).tolist())
