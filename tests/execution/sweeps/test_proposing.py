"""What a sweep tries next."""

from __future__ import annotations

import math

import pytest

from mlops.execution.sweeps.proposing import Tried, propose
from mlops.formats.sweep import Distribution, Objective, Sampling, SweepPlan
from mlops.stats.search_space import grid_size, share_of, value_at

X = Distribution(type="uniform", min_value=-2.0, max_value=2.0)
Y = Distribution(type="uniform", min_value=-2.0, max_value=2.0)
AB = Distribution(type="choice", values=("a", "b"))
THREE = Distribution(type="randint", upper=3)


def plan(space: dict[str, Distribution], **sampling: object) -> SweepPlan:
    objective = Objective(goal="minimize", primary_metric="loss")
    return SweepPlan(space=space, objective=objective, sampling=Sampling(**sampling))  # type: ignore[arg-type]


def proposals(settings: SweepPlan, count: int, loss=lambda values: 0.0, *, seed: int = 1) -> list[Tried]:
    tried: list[Tried] = []
    for number in range(count):
        values = propose(settings, tried, number=number, seed=seed)
        if values is None:
            break
        tried.append(Tried(values=values, value=loss(values)))
    return tried


def test_a_grid_goes_through_every_combination_in_the_order_of_the_file():
    found = [tuple(one.values.values()) for one in proposals(plan({"k": AB, "n": THREE}, type="grid"), 20)]
    assert found == [("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1), ("b", 2)]


def test_random_points_of_a_finite_space_are_all_different_and_then_end():
    found = [tuple(one.values.values()) for one in proposals(plan({"k": AB, "n": THREE}), 20)]
    assert len(found) == len(set(found)) == 6


def test_a_seed_gives_the_same_points_again_and_another_seed_others():
    first, again = (proposals(plan({"x": X}, seed=7), 3) for _ in range(2))
    assert first == again
    assert first != proposals(plan({"x": X}, seed=8), 3)


def test_a_point_does_not_depend_on_how_the_earlier_ones_ended():
    assert propose(plan({"x": X}), [], number=5, seed=1) == propose(
        plan({"x": X}), [Tried(values={"x": 1.0}, value=3.0)], number=5, seed=1
    )


def test_sobol_points_cover_the_space_evenly():
    found = [one.values["x"] for one in proposals(plan({"x": X, "y": Y}, rule="sobol", seed=1), 16)]
    quarters = [sum(low <= value < low + 1 for value in found) for low in (-2, -1, 0, 1)]
    assert quarters == [4, 4, 4, 4]


def loss(values: dict[str, float]) -> float:
    return (values["x"] - 0.7) ** 2 + (values["y"] + 0.4) ** 2


def test_bayesian_sampling_finds_more_than_random():
    space = {"x": X, "y": Y}
    best = {
        kind: [min(one.value for one in proposals(plan(space, type=kind, seed=seed), 40, loss)) for seed in range(3)]
        for kind in ("random", "bayesian")
    }
    assert sum(best["bayesian"]) < sum(best["random"]) / 2


def test_bayesian_sampling_takes_choices_and_trials_that_are_still_going_on():
    settings = plan({"k": AB, "x": X}, type="bayesian")
    tried = [Tried(values={"k": "a", "x": 0.1}, is_open=True), Tried(values={"k": "b", "x": 1.0})]
    assert propose(settings, tried, number=2, seed=1)


@pytest.mark.parametrize(
    ("distribution", "share", "expected"),
    [
        (Distribution(type="uniform", min_value=1, max_value=3), 0.5, 2.0),
        (Distribution(type="quniform", min_value=0, max_value=1, q=0.1), 0.34, 0.3),
        (Distribution(type="loguniform", min_value=-2, max_value=0), 0.5, math.exp(-1)),
        (Distribution(type="normal", mu=4, sigma=2), 0.5, 4.0),
        (Distribution(type="qnormal", mu=4.4, sigma=2, q=1), 0.5, 4.0),
        (Distribution(type="lognormal", mu=0, sigma=1), 0.5, 1.0),
        (Distribution(type="qlognormal", mu=3, sigma=1, q=5), 0.5, 20.0),
        (THREE, 0.999, 2),
        (AB, 0.5, "b"),
    ],
)
def test_values_lie_where_their_distribution_says(distribution, share, expected):
    assert value_at(distribution, share) == pytest.approx(expected)
    if distribution.type != "choice" and not distribution.q and distribution.type != "randint":
        assert share_of(distribution, expected) == pytest.approx(share)


def test_a_space_with_a_continuous_value_has_no_size():
    assert grid_size({"x": X, "k": AB}) is None
    assert grid_size({"q": Distribution(type="quniform", min_value=0, max_value=1, q=0.25), "k": AB}) == 10
