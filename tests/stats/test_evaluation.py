from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from mlops.stats.evaluation import (
    evaluate_multiclass,
    evaluate_quantile,
    evaluate_regression,
    evaluate_two_class,
    threshold_rows,
)

DRAW = np.random.default_rng(5)
POSITIVE = DRAW.random(5_000) < 0.3
CHANCE = np.clip(DRAW.normal(0.35, 0.2, 5_000) + POSITIVE * 0.25, 0, 1).round(3)
TWO_CLASS = evaluate_two_class(POSITIVE, CHANCE > 0.5, CHANCE, classes=("no", "yes"), name="test")


def test_regression_measures_agree_with_scikit_learn() -> None:
    actual = DRAW.normal(size=500)
    predicted = actual + DRAW.normal(size=500) / 2
    found = evaluate_regression(actual, predicted, name="test").metrics
    assert found["mean_absolute_error"] == pytest.approx(metrics.mean_absolute_error(actual, predicted))
    assert found["root_mean_squared_error"] == pytest.approx(metrics.root_mean_squared_error(actual, predicted))
    assert found["coefficient_of_determination"] == pytest.approx(metrics.r2_score(actual, predicted))
    assert found["relative_absolute_error"] == pytest.approx(
        metrics.mean_absolute_error(actual, predicted) / np.abs(actual - actual.mean()).mean()
    )


def test_two_class_measures_agree_with_scikit_learn() -> None:
    said = CHANCE > 0.5
    expected = {
        "accuracy": metrics.accuracy_score(POSITIVE, said),
        "precision": metrics.precision_score(POSITIVE, said),
        "recall": metrics.recall_score(POSITIVE, said),
        "f1_score": metrics.f1_score(POSITIVE, said),
        "auc": metrics.roc_auc_score(POSITIVE, CHANCE),
        "log_loss": metrics.log_loss(POSITIVE, CHANCE),
    }
    assert TWO_CLASS.metrics == pytest.approx(expected)
    assert TWO_CLASS.confusion == tuple(map(tuple, metrics.confusion_matrix(POSITIVE, said).tolist()))


def test_curves_are_thin_and_keep_their_area() -> None:
    assert TWO_CLASS.roc is not None
    assert TWO_CLASS.precision_recall is not None
    assert len(TWO_CLASS.roc.x) == len(TWO_CLASS.roc.thresholds) <= 200
    assert len(TWO_CLASS.precision_recall.x) <= 200
    assert (TWO_CLASS.roc.x[0], TWO_CLASS.roc.y[0], TWO_CLASS.roc.x[-1], TWO_CLASS.roc.y[-1]) == (0, 0, 1, 1)
    assert metrics.auc(TWO_CLASS.roc.x, TWO_CLASS.roc.y) == pytest.approx(TWO_CLASS.metrics["auc"], abs=1e-3)


def test_threshold_rows_count_every_row_once() -> None:
    rows = threshold_rows(POSITIVE, CHANCE)
    assert [row.threshold for row in rows] == [round(step / 100, 2) for step in range(101)]
    assert {r.true_positive + r.false_positive + r.true_negative + r.false_negative for r in rows} == {5_000}
    assert rows[0].recall == 1
    assert rows[50].accuracy == pytest.approx(TWO_CLASS.metrics["accuracy"])
    assert rows[100].true_positive == 0


def test_measures_of_one_class_are_left_out() -> None:
    found = evaluate_two_class(np.ones(3, bool), np.ones(3, bool), np.full(3, 0.9), classes=("a", "b"), name="test")
    assert "auc" not in found.metrics
    assert found.roc is None


def test_multi_class_measures_agree_with_scikit_learn() -> None:
    actual = DRAW.integers(0, 4, 800)
    shares = DRAW.dirichlet(np.ones(4), 800) + np.eye(4)[actual] * 0.5
    shares /= shares.sum(axis=1, keepdims=True)
    said = shares.argmax(axis=1)
    found = evaluate_multiclass(actual, said, shares, classes=list("abcd"), name="test").metrics
    assert found["overall_accuracy"] == pytest.approx(metrics.accuracy_score(actual, said))
    assert found["macro_precision"] == pytest.approx(metrics.precision_score(actual, said, average="macro"))
    assert found["macro_recall"] == pytest.approx(metrics.recall_score(actual, said, average="macro"))
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(actual, said, average="macro"))
    assert found["log_loss"] == pytest.approx(metrics.log_loss(actual, shares))
    assert found["macro_auc"] == pytest.approx(metrics.roc_auc_score(actual, shares, multi_class="ovr"))


def test_quantile_measures_agree_with_scikit_learn() -> None:
    levels = (0.1, 0.5, 0.9)
    actual = DRAW.normal(size=700)
    predicted = np.quantile(actual, levels) + DRAW.normal(size=(700, 3)) / 5
    found = evaluate_quantile(actual, predicted, levels, name="test")
    losses = [metrics.mean_pinball_loss(actual, predicted[:, place], alpha=at) for place, at in enumerate(levels)]
    assert [row.pinball_loss for row in found.quantiles] == pytest.approx(losses, abs=1e-12)
    assert found.metrics["pinball_loss"] == pytest.approx(np.mean(losses))
    assert found.metrics["nominal_coverage"] == pytest.approx(0.8)
    assert found.metrics["coverage"] == np.mean((actual >= predicted[:, 0]) & (actual <= predicted[:, 2]))


def test_score_bins_count_every_row_once_and_end_with_all_of_them() -> None:
    bins = TWO_CLASS.score_bins
    assert [found.high for found in bins] == pytest.approx([1 - place / 10 for place in range(10)])
    assert sum(found.positives for found in bins) == POSITIVE.sum()
    assert sum(found.negatives for found in bins) == (~POSITIVE).sum()
    assert (bins[-1].recall, bins[-1].share_above) == (1, 1)
    assert bins[4].recall == pytest.approx(metrics.recall_score(POSITIVE, CHANCE > 0.5))
    assert bins[4].negative_precision == pytest.approx(metrics.precision_score(~POSITIVE, CHANCE <= 0.5))
    areas = [found.cumulative_auc for found in bins]
    assert areas == sorted(areas)
    assert areas[-1] == pytest.approx(TWO_CLASS.metrics["auc"], abs=0.02)


def test_a_constant_truth_has_no_relative_error() -> None:
    found = evaluate_regression(np.ones(3), np.array([1.0, 2.0, 3.0]), name="test").metrics
    assert found.keys() == {"mean_absolute_error", "root_mean_squared_error"}
