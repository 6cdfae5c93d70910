"""What there is to see of predictions: metrics, curves and tables of one scored table, by task.

The numbers are those of mlops.stats.metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.formats.evaluation import Curve, Evaluated, QuantileRow, ThresholdRow
from mlops.stats.histogram import histogram
from mlops.stats.metrics import (
    confusion_matrix,
    counts,
    multiclass_metrics,
    pinball_loss,
    quantile_metrics,
    rates,
    regression_metrics,
    two_class_metrics,
)
from mlops.stats.ranking import curves, listed, score_bins, steps

if TYPE_CHECKING:
    import numpy.typing as npt

MOST_PAIRS = 2_000


def evaluate_regression(actual: npt.NDArray[Any], predicted: npt.NDArray[Any], *, name: str) -> Evaluated:
    shown = _spread_out(actual.size, MOST_PAIRS)
    return Evaluated(
        name=name,
        rows=int(actual.size),
        metrics=regression_metrics(actual, predicted),
        predicted_actual=Curve(x=listed(actual[shown]), y=listed(predicted[shown])),
        residuals=histogram(predicted - actual),
    )


def evaluate_quantile(
    actual: npt.NDArray[Any], predicted: npt.NDArray[Any], levels: Sequence[float], *, name: str
) -> Evaluated:
    """`predicted` is [rows, levels], levels ascending. The middle level stands for the prediction in the plots."""
    middle = predicted[:, len(levels) // 2]
    shown = _spread_out(actual.size, MOST_PAIRS)
    rows = [
        QuantileRow(
            level=level,
            pinball_loss=pinball_loss(actual, predicted[:, place], level),
            share_below=float((actual <= predicted[:, place]).mean()),
        )
        for place, level in enumerate(levels)
    ]
    return Evaluated(
        name=name,
        rows=int(actual.size),
        metrics=quantile_metrics(actual, predicted, levels),
        predicted_actual=Curve(x=listed(actual[shown]), y=listed(middle[shown])),
        residuals=histogram(middle - actual),
        quantiles=tuple(rows),
    )


def evaluate_two_class(
    positive: npt.NDArray[Any],
    predicted_positive: npt.NDArray[Any],
    probability: npt.NDArray[Any] | None,
    *,
    classes: Sequence[str],
    name: str,
) -> Evaluated:
    """`positive` and `predicted_positive` are booleans; `classes` is (negative, positive). A score outside 0 to 1
    has curves, but neither thresholds nor bins."""
    tp, fp, tn, fn = counts(positive, predicted_positive)
    evaluated = Evaluated(
        name=name,
        rows=int(positive.size),
        metrics=two_class_metrics(positive, predicted_positive, probability),
        classes=tuple(classes),
        confusion=((tn, fp), (fn, tp)),
    )
    if probability is None:
        return evaluated
    changes: dict[str, Any] = {}
    if probability.min() >= 0 and probability.max() <= 1:
        changes["thresholds"] = threshold_rows(positive, probability)
        changes["score_bins"] = score_bins(positive, probability)
    if "auc" in evaluated.metrics:
        changes |= curves(*steps(positive, probability))
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
    confusion = confusion_matrix(actual, predicted, len(classes))
    return Evaluated(
        name=name,
        rows=int(actual.size),
        metrics=multiclass_metrics(actual, predicted, probabilities, classes=len(classes)),
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
        shares = rates(tp, fp, tn, fn)
        shares["f1"] = shares.pop("f1_score")
        rows.append(
            ThresholdRow(
                threshold=threshold, true_positive=tp, false_positive=fp, true_negative=tn, false_negative=fn, **shares
            )
        )
    return tuple(rows)


def _spread_out(size: int, most: int) -> Any:
    import numpy as np

    return np.arange(size) if size <= most else np.unique(np.linspace(0, size - 1, most).astype(int))
