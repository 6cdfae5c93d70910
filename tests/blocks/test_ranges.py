from __future__ import annotations

import pytest

from mlops.blocks.catalogue import check_parameters
from mlops.blocks.range_text import values_of
from mlops.blocks.ranges import search_space, settled, with_values
from tests.blocks.workshop import Workshop, cars

TREES = "boosted_decision_tree_regression"
RANGES = {"create_trainer_mode": "parameter_range", "learning_rate_range": "0.1", "number_of_trees_range": "20; 40"}


@pytest.mark.parametrize(
    ("text", "whole", "values"),
    [
        ("16; 32; 64", True, (16, 32, 64)),
        (" 0.5 ;1e-3; ", False, (0.5, 0.001)),
        ("1 .. 9 linear 5", True, (1, 3, 5, 7, 9)),
        ("0.0001 .. 1 log 5", False, (0.0001, 0.001, 0.01, 0.1, 1.0)),
        ("1 .. 4 log 9; 4", True, (1, 2, 3, 4)),
        ("", False, ()),
    ],
)
def test_the_text_of_a_range_gives_values(text: str, whole: bool, values: tuple[float, ...]) -> None:
    assert values_of(text, whole=whole) == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("16, 32", "semicolons"),
        ("0.5", "no whole number"),
        ("1 .. 9", "FROM .. TO"),
        ("0 .. 9 log 3", "above 0"),
        ("1 .. 9 log 1", "2 to 1,000"),
        ("1e999", "too large"),
    ],
)
def test_a_range_that_cannot_be_read_says_why(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        values_of(text, whole=True)


def test_a_value_outside_the_limits_is_a_problem_of_the_range() -> None:
    (fault,) = check_parameters(TREES, None, {**RANGES, "learning_rate_range": "0.1; 3"})
    assert (fault.code, fault.where.parameter) == ("parameter_range", "learning_rate_range")


def test_a_search_space_holds_what_has_several_values() -> None:
    leaves = (2, 8, 32, 128)
    space = search_space(TREES, RANGES)
    assert space["maximum_number_of_leaves_per_tree"] == leaves
    assert space["number_of_trees"] == (20, 40)
    assert "learning_rate" not in space
    assert search_space(TREES, {}) == {}


def test_a_range_that_does_not_apply_is_not_searched() -> None:
    space = search_space("linear_regression", {"create_trainer_mode": "parameter_range"})
    assert set(space) == {"l2_regularization_weight"}


def test_one_trial_gets_its_values_and_the_fixed_ones() -> None:
    trial = with_values(TREES, RANGES, {"number_of_trees": 40})
    assert trial["create_trainer_mode"] == "single_parameter"
    assert (trial["learning_rate"], trial["number_of_trees"]) == (0.1, 40)
    assert trial["maximum_number_of_leaves_per_tree"] == 20


def test_a_single_training_uses_defaults_and_says_so() -> None:
    chosen, said = settled(TREES, RANGES)
    assert (chosen["learning_rate"], chosen["number_of_trees"]) == (0.1, 100)
    assert "Tune Model Hyperparameters" in said
    assert settled(TREES, {})[1] == ""


def test_train_model_learns_from_a_learner_with_ranges(workshop: Workshop) -> None:
    workshop.trained(TREES, workshop.put(cars()), **RANGES)
    assert any("uses the defaults" in line for line in workshop.report.lines)
