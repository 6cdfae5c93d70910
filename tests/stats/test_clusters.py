from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans

from mlops.stats.clusters import evaluate_clusters

DRAW = np.random.default_rng(6)
POINTS = np.concatenate([DRAW.normal(centre, 1, (100, 2)) for centre in (0, 6, 12)])
MODEL = KMeans(3, n_init=3, random_state=0).fit(POINTS)
FOUND = evaluate_clusters(MODEL.labels_, MODEL.transform(POINTS), clusters=("0", "1", "2"), name="test")


def test_the_combined_row_counts_every_point() -> None:
    *each, combined = FOUND.clusters
    assert sum(row.points for row in each) == combined.points == 300
    assert combined.average_distance_to_center == pytest.approx(MODEL.transform(POINTS).min(axis=1).mean())
    assert combined.maximal_distance_to_center == max(row.maximal_distance_to_center for row in each)


def test_other_centres_are_the_nearest_others() -> None:
    second = np.sort(MODEL.transform(POINTS), axis=1)[:, 1]
    assert FOUND.metrics["average_distance_to_other_center"] == pytest.approx(second.mean())
    assert 0.5 < FOUND.metrics["simplified_silhouette"] < 1


def test_a_single_cluster_has_no_other_centre() -> None:
    found = evaluate_clusters(np.zeros(4, int), np.ones((4, 1)), clusters=("0",), name="test")
    assert found.clusters[-1].average_distance_to_other_center is None
    assert "simplified_silhouette" not in found.metrics
