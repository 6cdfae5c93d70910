from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from mlops.blocks.catalogue import component
from mlops.blocks.learning.linear import elastic_net, gradient_descent, least_squares
from mlops.blocks.learning.logistic import logistic
from mlops.blocks.parameters import with_defaults

DRAW = np.random.default_rng(3)
MATRIX = (DRAW.normal(size=(300, 6)) * [1, 5, 10, 1, 1, 1] + [0, 100, 0, 0, 0, 0]).astype(np.float32)
TARGET = MATRIX @ [3, -2, 1, 0, 0, 5] + DRAW.normal(size=300)


@pytest.mark.parametrize(("l1", "l2"), [(1.0, 1.0), (0.0, 1.0), (5.0, 0.0), (10.0, 2.0)])
@pytest.mark.parametrize("classes", [2, 3])
def test_logistic_regression_finds_the_optimum_of_scikit_learn(l1: float, l2: float, classes: int) -> None:
    target = np.digitize(TARGET, np.quantile(TARGET, np.arange(1, classes) / classes))
    parameters = {
        "l1_regularization_weight": l1,
        "l2_regularization_weight": l2,
        "optimization_tolerance": 1e-13,
        "memory_size": 20,
    }
    ours = logistic(parameters).fit(MATRIX, target)
    scaled = StandardScaler().fit_transform(MATRIX.astype(float))
    theirs = LogisticRegression(
        C=1 / (l1 + l2), l1_ratio=l1 / (l1 + l2), solver="saga", max_iter=20_000, tol=1e-9, random_state=0
    ).fit(scaled, target)
    np.testing.assert_allclose(ours.predict_proba(MATRIX.astype(float)), theirs.predict_proba(scaled), atol=2e-4)


def test_least_squares_is_ridge_regression() -> None:
    ours = least_squares({"l2_regularization_weight": 0.001, "include_intercept_term": True}).fit(MATRIX, TARGET)
    theirs = Ridge(alpha=0.001).fit(MATRIX.astype(float), TARGET)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-6)


def test_least_squares_on_a_big_table_finds_the_same_solution() -> None:
    rows = 60_000
    kinds = np.eye(100, dtype=np.float32)[DRAW.integers(0, 100, rows)]
    matrix = np.hstack([kinds, DRAW.normal(1e6, 10, (rows, 1)).astype(np.float32)])
    target = matrix @ np.arange(101) + DRAW.normal(size=rows)
    weights = DRAW.random(rows)
    ours = least_squares({"l2_regularization_weight": 0.001, "include_intercept_term": True})
    theirs = Ridge(alpha=0.001, solver="svd").fit(matrix.astype(float), target, sample_weight=weights)
    found = ours.fit(matrix, target, weights=weights)
    np.testing.assert_allclose(found.predict(matrix), theirs.predict(matrix.astype(float)), rtol=1e-6)


@pytest.mark.parametrize("width", [6, 200])
def test_gradient_descent_does_not_diverge_on_wide_tables(width: int) -> None:
    wide = np.hstack([MATRIX, DRAW.normal(size=(300, width - 6)).astype(np.float32)])
    parameters = with_defaults(component("linear_regression"), {"number_of_epochs": 100})
    fitted = gradient_descent(parameters, seed=1).fit(wide, TARGET)
    error = TARGET - fitted.predict(wide)
    assert np.square(error).mean() < 0.3 * TARGET.var()


def test_the_lasso_keeps_what_counts_and_drops_the_rest() -> None:
    fitted = elastic_net({"l1_regularization_weight": 0.1, "l2_regularization_weight": 0.0}).fit(MATRIX, TARGET)
    weights = fitted.steps[-1][1].coef_
    assert np.flatnonzero(weights == 0).tolist() == [3, 4]
    assert np.square(TARGET - fitted.predict(MATRIX)).mean() < 0.1 * TARGET.var()
