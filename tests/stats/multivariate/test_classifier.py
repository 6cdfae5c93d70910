from __future__ import annotations

import numpy as np
import pytest

from mlops.stats.multivariate.classifier import tell_apart


def correlated(rows: int, correlation: float, seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    values = draw.normal(size=(rows, 5))
    values[:, 1] = correlation * values[:, 0] + np.sqrt(1 - correlation**2) * values[:, 1]
    return values


def test_sets_that_never_look_alike_have_magnitude_one() -> None:
    found = tell_apart(correlated(500, 0, 1), correlated(400, 0, 2) + np.array([0, 0, 20, 0, 0]), categorical=())
    assert found.magnitude == pytest.approx(1.0, abs=0.02)
    assert found.contributions[2] > 0.9
    assert found.p_value < 1e-10


def test_a_changed_relation_is_found_where_no_column_changed() -> None:
    found = tell_apart(correlated(2_000, 0.9, 1), correlated(2_000, -0.9, 2), categorical=())
    assert found.magnitude > 0.4
    assert found.contributions[0] + found.contributions[1] > 0.8
    assert found.low < found.magnitude < found.high


def test_equal_sets_are_told_apart_no_more_often_than_by_chance() -> None:
    found = [
        tell_apart(correlated(300, 0.5, 2 * t), correlated(200, 0.5, 2 * t + 1), categorical=()) for t in range(40)
    ]
    assert sum(each.p_value <= 0.05 for each in found) <= 4
    assert np.mean([each.magnitude for each in found]) < 0.06


def test_the_same_seed_finds_the_same() -> None:
    first, second = (tell_apart(correlated(300, 0, 1), correlated(200, 0, 2), categorical=()) for _ in range(2))
    assert first == second
