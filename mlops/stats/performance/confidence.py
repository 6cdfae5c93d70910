"""Performance of a classifier without labels, from how sure it is (confidence-based performance estimation, CBPE).

On labelled rows of the baseline, isotonic regression learns how often a class is true at each probability that the
model gives it. In the window that turns each prediction into the chance that it is right; measures follow as
expectations. It holds as long as the relation of features and label stays; a model that was trained on the baseline's
rows is surer there than it should be, so that the estimate is too good: the baseline should be rows held out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mlops.stats.performance.scored import Scored, measures

MOST_ROWS = 100_000
DRAWS = 20


def calibrated(scored: Scored, labelled: Scored) -> Any:
    """Probabilities of `scored`, [rows, classes], as the labelled rows bear them out; each row's sum 1."""
    import numpy as np
    from sklearn.isotonic import IsotonicRegression

    labelled = labelled.at(slice(0, MOST_ROWS))
    columns = []
    for place in range(1 if scored.task == "two_class" else 0, len(scored.classes)):
        curve = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
        curve.fit(labelled.probabilities[:, place], labelled.actual == place)
        columns.append(curve.predict(scored.probabilities[:, place]))
    if scored.task == "two_class":
        return np.column_stack([1 - columns[0], columns[0]])
    together = np.column_stack(columns)
    total = together.sum(axis=1, keepdims=True)
    return np.where(total > 0, together / np.where(total > 0, total, 1.0), 1 / together.shape[1])


def estimate(scored: Scored, chances: Any, *, seed: int = 0) -> dict[str, float]:
    """The mean of the measures over labels that are drawn by the chances: the expectation of each, up to its noise,
    which the number of draws makes smaller than that of the rows."""
    import numpy as np

    generator = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {}
    for _draw in range(DRAWS):
        for key, value in measures(with_drawn_labels(scored, chances, generator)).items():
            drawn.setdefault(key, []).append(value)
    return {key: float(np.mean(values)) for key, values in drawn.items() if len(values) == DRAWS}


def with_drawn_labels(scored: Scored, chances: Any, generator: Any) -> Scored:
    import numpy as np

    places = (generator.random((scored.rows, 1)) > np.cumsum(chances, axis=1)[:, :-1]).sum(axis=1)
    return replace(scored, actual=places)
