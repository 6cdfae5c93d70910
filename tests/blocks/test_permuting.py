from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.inspection import permutation_importance as of_scikit_learn

from mlops.blocks.features import matrix
from mlops.blocks.scoring import load_model
from tests.blocks.workshop import Workshop, cars


def importance(workshop: Workshop, learner: str, **parameters: object) -> pl.DataFrame:
    model, data = workshop.trained(learner, workshop.put(cars())), workshop.put(cars())
    found = workshop.run("permutation_feature_importance", parameters, trained_model=model, test_data=data)
    return workshop.table(found["feature_importance"]).frame


def test_the_column_that_makes_the_price_comes_first(workshop: Workshop) -> None:
    found = importance(workshop, "linear_regression", repeats=3)
    assert found["Feature"].to_list()[:2] == ["power", "weight"]
    assert found["Score"].is_sorted(descending=True)
    assert sorted(found["Feature"]) == ["built", "make", "power", "sold", "turbo", "weight"]


def test_scores_are_near_those_of_scikit_learn(workshop: Workshop) -> None:
    parameters = {"metric_for_measuring_performance_for_regression": "root_mean_squared_error", "repeats": 50}
    found = importance(workshop, "linear_regression", **parameters)
    model = load_model(workshop.trained("linear_regression", workshop.put(cars())))
    cells = matrix(cars(), model.manifest.features)
    theirs = of_scikit_learn(
        model.estimator, cells, cars()["price"], n_repeats=50, scoring="neg_root_mean_squared_error", random_state=1
    )
    place = [feature.column for feature in model.manifest.features].index("power")
    ours = dict(zip(found["Feature"], found["Score"], strict=True))["power"]
    at = sum(feature.width for feature in model.manifest.features[:place])
    assert ours == pytest.approx(theirs.importances_mean[at], rel=0.05)


def test_classes_are_judged_by_their_own_metric(workshop: Workshop) -> None:
    found = importance(workshop, "multiclass_logistic_regression", repeats=2)
    assert found["Feature"][0] == "power"
    assert "overall_accuracy" in workshop.report.metrics


def test_another_seed_gives_other_scores_and_the_same_seed_the_same(workshop: Workshop) -> None:
    first, again, other = (importance(workshop, "linear_regression", random_seed=seed) for seed in (1, 1, 2))
    assert first.equals(again)
    assert not np.array_equal(first["Score"], other["Score"])
