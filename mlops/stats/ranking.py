"""Rows in the order of a score: cumulative hits and false alarms, curves made of them, tables by threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops.formats.evaluation import Curve, ScoreBin

if TYPE_CHECKING:
    import numpy.typing as npt

Numbers = Any
MOST_POINTS = 200
BINS = 10


def steps(positive: npt.NDArray[Any], score: npt.NDArray[Any]) -> tuple[Numbers, Numbers, Numbers]:
    """Distinct scores from high to low with the true and false positives at or above each."""
    import numpy as np

    order = np.argsort(-score, kind="stable")
    scores, truth = score[order], positive[order]
    last = np.append(np.flatnonzero(np.diff(scores)), scores.size - 1)
    hits = np.cumsum(truth)[last]
    return scores[last], hits.astype(float), (last + 1 - hits).astype(float)


def area(x: Numbers, y: Numbers) -> float:
    """Under the curve from the origin through the points."""
    import numpy as np

    return float(np.trapezoid(np.append(0.0, y), np.append(0.0, x)))


def curves(thresholds: Numbers, hits: Numbers, alarms: Numbers) -> dict[str, Curve]:
    """ROC, precision-recall, lift and cumulative gain of the steps, thinned to at most 200 points."""
    import numpy as np

    recall, false_rate = hits / hits[-1], alarms / alarms[-1]
    flagged = hits + alarms
    share = flagged / flagged[-1]
    points = _thinned_by_distance(false_rate, recall)
    at = listed(thresholds[points])
    roc_x, roc_y = np.append(0.0, false_rate[points]), np.append(0.0, recall[points])
    return {
        "roc": Curve(x=listed(roc_x), y=listed(roc_y), thresholds=(1.0, *at)),
        "precision_recall": Curve(x=listed(recall[points]), y=listed((hits / flagged)[points]), thresholds=at),
        "lift": Curve(x=listed(share[points]), y=listed((recall / share)[points]), thresholds=at),
    }


def score_bins(positive: npt.NDArray[Any], probability: npt.NDArray[Any]) -> tuple[ScoreBin, ...]:
    """Ten bins of equal width from the highest probabilities to the lowest; what is said of a bin's lower end
    counts its rows and those above as flagged."""
    import numpy as np

    places = np.clip(np.ceil(probability * BINS).astype(int) - 1, 0, BINS - 1)
    hits = np.bincount(places[positive], minlength=BINS)[::-1]
    alarms = np.bincount(places[~positive], minlength=BINS)[::-1]
    tp, fp = np.cumsum(hits), np.cumsum(alarms)
    all_positive, all_negative = int(tp[-1]), int(fp[-1])
    found = []
    for place in range(BINS):
        true, false = int(tp[place]), int(fp[place])
        missed, spared = all_positive - true, all_negative - false
        ends = fp[: place + 1] / max(all_negative, 1), tp[: place + 1] / max(all_positive, 1)
        found.append(
            ScoreBin(
                low=round(1 - (place + 1) / BINS, 2),
                high=round(1 - place / BINS, 2),
                positives=int(hits[place]),
                negatives=int(alarms[place]),
                share_above=(true + false) / probability.size,
                accuracy=(true + spared) / probability.size,
                precision=true / (true + false) if true + false else 0.0,
                recall=true / all_positive if all_positive else 0.0,
                f1=2 * true / (2 * true + false + missed) if true else 0.0,
                negative_precision=spared / (spared + missed) if spared + missed else 0.0,
                negative_recall=spared / all_negative if all_negative else 0.0,
                cumulative_auc=area(*ends),
            )
        )
    return tuple(found)


def listed(values: Numbers) -> tuple[float, ...]:
    return tuple(values.astype(float).tolist())


def _thinned_by_distance(x: Numbers, y: Numbers) -> Numbers:
    """Indices of at most 199 points, evenly along the curve, with both ends."""
    import numpy as np

    if x.size < MOST_POINTS:
        return np.arange(x.size)
    travelled = np.cumsum(np.abs(np.diff(x, prepend=0.0)) + np.abs(np.diff(y, prepend=0.0)))
    wanted = np.linspace(travelled[0], travelled[-1], MOST_POINTS - 1)
    return np.unique(np.clip(np.searchsorted(travelled, wanted), 0, x.size - 1))
