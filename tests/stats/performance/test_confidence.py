from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mlops.stats.performance.confidence import calibrated, estimate
from mlops.stats.performance.loss import expected_errors
from mlops.stats.performance.scored import Scored, measures


def two_class(rows: int, *, seed: int, easy: float) -> Scored:
    """A model that is too sure of itself: says p ** 0.5 where p is the truth."""
    draw = np.random.default_rng(seed)
    truth = draw.beta(easy, easy, rows)
    said = truth**0.5
    return Scored(
        task="two_class",
        predicted=(said > 0.5).astype(int),
        actual=(draw.random(rows) < truth).astype(int),
        probabilities=np.column_stack([1 - said, said]),
        classes=("no", "yes"),
    )


@pytest.mark.parametrize("easy", [0.3, 1.0, 4.0])
def test_estimates_without_labels_are_near_the_truth(easy: float) -> None:
    labelled, window = two_class(20_000, seed=1, easy=1.0), two_class(10_000, seed=2, easy=easy)
    found, truth = estimate(window, calibrated(window, labelled)), measures(window)
    for key in ("accuracy", "f1_score", "auc", "precision", "recall"):
        assert found[key] == pytest.approx(truth[key], abs=0.02), key


def test_several_classes_are_estimated() -> None:
    draw = np.random.default_rng(3)

    def scored(rows: int, sure: float) -> Scored:
        chances = draw.dirichlet([sure] * 3, rows)
        actual = (draw.random((rows, 1)) > np.cumsum(chances, axis=1)[:, :2]).sum(axis=1)
        said = chances.argmax(axis=1)
        return Scored(task="multiclass", predicted=said, actual=actual, probabilities=chances, classes=("a", "b", "c"))

    labelled, window = scored(20_000, 1.0), scored(10_000, 0.4)
    found, truth = estimate(window, calibrated(window, labelled)), measures(window)
    for key in ("overall_accuracy", "macro_f1", "macro_auc"):
        assert found[key] == pytest.approx(truth[key], abs=0.02), key


def test_errors_of_a_regression_are_estimated() -> None:
    draw = np.random.default_rng(4)

    def rows(count: int, low: float) -> tuple[Any, Any]:
        features = draw.uniform(low, 3, (count, 3))
        return features, draw.normal(0, 1 + features[:, 0])

    (features, errors), (new, truth) = rows(10_000, 0.0), rows(5_000, 2.0)
    absolute, squared = expected_errors(features, errors, new)
    assert absolute.mean() == pytest.approx(np.abs(truth).mean(), rel=0.05)
    assert np.sqrt(squared.mean()) == pytest.approx(np.sqrt(np.square(truth).mean()), rel=0.05)
