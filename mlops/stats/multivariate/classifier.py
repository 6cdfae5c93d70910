"""A classifier that tells two sets of rows apart (Lopez-Paz and Oquab, 2017), cross-validated.

The magnitude is the Matthews correlation of its out-of-fold answers, 0 where it is negative: 0 the sets cannot be told
apart, 1 they never look alike. On each fold the rows are new to the model, so that Fisher's exact test of the answers
holds there; twice the median of the folds' p-values is a p-value whatever they have in common (Rüschendorf, 1982;
for the median: Gasparin, Wang and Ramdas, 2025)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

FOLDS = 5
TREES = 60
MOST_ROWS = 20_000
"""Of either set; more are sampled: the noise of the magnitude is then about 0.005."""


@dataclass(frozen=True)
class ToldApart:
    magnitude: float
    low: float
    high: float
    """At 95 %, of the Matthews correlation of that many answers."""
    p_value: float
    contributions: tuple[float, ...]
    """By column, sum 1 (or 0): the share in the trees' gain."""


def tell_apart(baseline: Any, current: Any, *, categorical: Sequence[int], seed: int = 0) -> ToldApart:
    """Both are [rows, columns]. Rows are weighted so that both sets count alike."""
    import numpy as np

    generator = np.random.default_rng(seed)
    baseline, current = _at_most(baseline, generator), _at_most(current, generator)
    values = np.concatenate([baseline, current])
    is_current = np.repeat([False, True], [len(baseline), len(current)])
    weights = np.where(is_current, 0.5 / len(current), 0.5 / len(baseline)) * len(values)
    fold_of = np.empty(len(values), dtype=int)
    for side in (False, True):
        rows = np.flatnonzero(is_current == side)
        fold_of[generator.permutation(rows)] = np.arange(rows.size) % FOLDS
    answers, gains, p_values = np.zeros(len(values), dtype=bool), np.zeros(values.shape[1]), []
    for fold in range(FOLDS):
        held = fold_of == fold
        model = _fitted(values[~held], is_current[~held], weights[~held], categorical, seed)
        answers[held] = model.predict(values[held]) > 0.5
        gains += model.feature_importance("gain")
        p_values.append(_p_value(is_current[held], answers[held]))
    correlation, deviation = _matthews(is_current, answers)
    return ToldApart(
        magnitude=max(correlation, 0.0),
        low=max(correlation - 1.96 * deviation, 0.0),
        high=min(max(correlation + 1.96 * deviation, 0.0), 1.0),
        p_value=min(2 * float(np.median(p_values)), 1.0),
        contributions=tuple((gains / gains.sum() if gains.sum() else gains).tolist()),
    )


def _at_most(values: Any, generator: Any) -> Any:
    import numpy as np

    if len(values) <= MOST_ROWS:
        return values
    return values[np.sort(generator.choice(len(values), MOST_ROWS, replace=False))]


def _fitted(values: Any, is_current: Any, weights: Any, categorical: Sequence[int], seed: int) -> Any:
    import lightgbm

    data = lightgbm.Dataset(
        values, is_current.astype(float), weight=weights, categorical_feature=list(categorical), free_raw_data=True
    )
    settings = {
        "objective": "binary",
        "learning_rate": 0.1,
        "num_leaves": 15,
        "min_data_in_leaf": max(5, min(50, len(values) // 20)),
        "feature_fraction": 0.8,
        "verbosity": -1,
        "deterministic": True,
        "force_col_wise": True,
        "seed": seed,
        "num_threads": 1,
    }
    return lightgbm.train(settings, data, num_boost_round=TREES)


def _p_value(is_current: Any, answers: Any) -> float:
    """One-sided: that answers that know nothing agree with the truth as often."""
    from scipy.stats import hypergeom

    both = int((is_current & answers).sum())
    return float(hypergeom.sf(both - 1, is_current.size, int(is_current.sum()), int(answers.sum())))


def _matthews(is_current: Any, answers: Any) -> tuple[float, float]:
    """The correlation with both sets weighted alike, and its standard deviation by the delta method."""
    import numpy as np

    of_current, of_baseline = answers[is_current].mean(), answers[~is_current].mean()
    positive = (of_current + of_baseline) / 2
    spread = np.sqrt(positive * (1 - positive))
    if spread == 0:
        return 0.0, 0.0
    correlation = (of_current - of_baseline) / (2 * spread)
    variance = of_current * (1 - of_current) / is_current.sum() + of_baseline * (1 - of_baseline) / (~is_current).sum()
    return float(correlation), float(np.sqrt(variance) / (2 * spread))
