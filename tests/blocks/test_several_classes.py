from __future__ import annotations

import numpy as np
import pytest

from mlops.blocks.catalogue import component, derive
from mlops.blocks.learning.calibrated import averaged_perceptron, platt
from mlops.blocks.learning.several import EachAgainstAll, EachAgainstEach
from mlops.blocks.parameters import with_defaults
from mlops.blocks.ranges import search_space, with_values
from mlops.blocks.scoring import load_model
from mlops.formats.component import Shape
from mlops.formats.refusal import Refusal
from tests.blocks.workshop import Workshop, cars

DRAW = np.random.default_rng(1)
CENTRES = np.array([[0, 0], [4, 0], [0, 4], [4, 4]])
CLASSES = DRAW.integers(0, 4, 800)
MATRIX = (CENTRES[CLASSES] + DRAW.normal(size=(800, 2))).astype(np.float32)
INSIDE = averaged_perceptron(with_defaults(component("two_class_averaged_perceptron"), {}), seed=1)


@pytest.mark.parametrize("way", [EachAgainstAll, EachAgainstEach])
def test_a_two_class_learner_learns_several_classes(way: type[EachAgainstAll] | type[EachAgainstEach]) -> None:
    chances = way(inside=INSIDE).fit(MATRIX, CLASSES).predict_proba(MATRIX)
    assert (chances.argmax(axis=1) == CLASSES).mean() > 0.9
    np.testing.assert_allclose(chances.sum(axis=1), 1)


def test_too_many_pairs_are_refused_with_the_other_way() -> None:
    with pytest.raises(Refusal) as caught:
        EachAgainstEach(inside=INSIDE).fit(MATRIX, np.arange(800) % 50)
    assert caught.value.code == "too_many_classes"
    assert "One-vs-All" in caught.value.hint


def test_probabilities_of_a_perceptron_are_shares() -> None:
    scores = DRAW.normal(size=5000) * 7
    target = (DRAW.random(5000) < 1 / (1 + np.exp(-0.5 * scores + 1))).astype(int)
    assert platt(scores, target, None) == pytest.approx((0.5, -1), abs=0.1)


def test_a_wrapper_takes_ranges_and_gaps_from_the_learner_inside(workshop: Workshop) -> None:
    trees = workshop.run("two_class_boosted_decision_tree", {"create_trainer_mode": "parameter_range"})
    wrapper = workshop.run("one_vs_all_multiclass", {}, **trees)["untrained_model"]
    data = workshop.put(cars(gaps=True).drop_nulls("make"))
    parameters = {"label_column": "make"}
    model = load_model(workshop.run("train_model", parameters, untrained_model=wrapper, dataset=data)["trained_model"])
    assert model.manifest.framework == "lightgbm"
    assert model.score(cars(gaps=True)).height == 120
    space = search_space(
        "one_vs_all_multiclass",
        {
            "learner": {
                "component": "two_class_boosted_decision_tree",
                "parameters": {"create_trainer_mode": "parameter_range"},
            }
        },
    )
    assert "number_of_trees" in space


def test_one_trial_of_a_wrapper_sets_the_learner_inside() -> None:
    given = {"learner": {"component": "two_class_logistic_regression", "parameters": {}}}
    trial = with_values("one_vs_one_multiclass", given, {"l1_regularization_weight": 0.5})
    assert trial["learner"]["parameters"]["l1_regularization_weight"] == 0.5


def test_a_wrapper_takes_no_learner_for_several_classes() -> None:
    shape = Shape(type="untrained_model", task="multiclass", algorithm="multiclass_decision_forest")
    problems = derive("one_vs_all_multiclass", None, {}, {"untrained_model": shape}).problems
    assert [problem.code for problem in problems] == ["input_task"]
