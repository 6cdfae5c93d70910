"""What a sweep tries next: a pure function of its plan and of what it has tried, so that it is the same after a restart
and on another machine."""

from __future__ import annotations

import hashlib
import json
import math
import random
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from mlops.formats.sweep import Distribution, SweepPlan
from mlops.stats.search_space import grid_point, grid_size, share_of, value_at

MOST_DRAWS = 100
"""How often a random point is drawn again because it was tried before."""

MOST_POINTS = 100_000
"""Up to so many combinations what is left is looked for one by one."""


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """`value`: of the primary metric, None where it is not known (yet)."""

    values: dict[str, Any]
    value: float | None = None
    is_open: bool = False


def propose(plan: SweepPlan, tried: Sequence[Tried], *, number: int, seed: int) -> dict[str, Any] | None:
    """The values of the trial of that number, from 0; None where everything was tried. `seed`: where the plan has
    none."""
    seed = seed if plan.sampling.seed is None else plan.sampling.seed
    match (plan.sampling.type, plan.sampling.rule):
        case ("grid", _):
            size = grid_size(plan.space) or 0
            return grid_point(plan.space, number) if number < size else None
        case ("bayesian", _):
            return _untried(plan.space, tried, [_by_tpe(plan, tried, _seed(seed, number))])
        case (_, "sobol"):
            shares = _sobol(len(plan.space), number, seed)
            return _at(plan, dict(zip(plan.space, shares, strict=True)))
    drawn = (random.Random(_seed(seed, number, draw)) for draw in range(MOST_DRAWS))
    return _untried(plan.space, tried, (_at(plan, {name: each.random() for name in plan.space}) for each in drawn))


def _at(plan: SweepPlan, shares: Mapping[str, float]) -> dict[str, Any]:
    base = plan.sampling.base or math.e
    return {name: value_at(one, shares[name], base=base) for name, one in plan.space.items()}


def _untried(space: Mapping[str, Distribution], tried: Sequence[Tried], points: Any) -> dict[str, Any] | None:
    """The first of the points that is new. A finite space may hold new ones that none of them is."""
    known = {_key(one.values) for one in tried}
    point: dict[str, Any] | None = None
    for point in points:
        if _key(point or {}) not in known:
            return point
    size = grid_size(space)
    if size is None or size > MOST_POINTS:
        return point
    left = (grid_point(space, place) for place in range(size))
    return next((one for one in left if _key(one) not in known), None)


def _by_tpe(plan: SweepPlan, tried: Sequence[Tried], seed: int) -> dict[str, Any]:
    """By the tree-structured Parzen estimator of Optuna, over shares, from a study that is built anew of the rows."""
    import optuna
    from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
    from optuna.trial import TrialState, create_trial

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    kinds: dict[str, BaseDistribution] = {
        name: CategoricalDistribution(tuple(range(len(one.values))))
        if one.type == "choice"
        else FloatDistribution(0.0, 1.0)
        for name, one in plan.space.items()
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what Optuna calls experimental
        sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=True, multivariate=len(plan.space) > 1)
        study = optuna.create_study(direction=plan.objective.goal, sampler=sampler)
        for one in tried:
            if not one.is_open and one.value is None:
                continue  # it failed: nothing is known there
            state = TrialState.RUNNING if one.value is None else TrialState.COMPLETE
            places = {name: _place(plan.space[name], one.values[name]) for name in plan.space}
            study.add_trial(create_trial(state=state, value=one.value, params=places, distributions=kinds))
        asked = study.ask(kinds).params
    return {
        name: one.values[asked[name]] if one.type == "choice" else value_at(one, asked[name])
        for name, one in plan.space.items()
    }


def _place(one: Distribution, value: Any) -> float | int:
    if one.type != "choice":
        return share_of(one, value)
    return [_key({"": each}) for each in one.values].index(_key({"": value}))


def _sobol(count: int, number: int, seed: int) -> list[float]:
    from scipy.stats import qmc

    points = qmc.Sobol(count, scramble=True, seed=seed)
    if number:
        points.fast_forward(number)
    return [float(share) for share in points.random(1)[0]]


def _seed(*parts: int) -> int:
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:4], "big")


def _key(values: Mapping[str, Any]) -> str:
    return json.dumps(values, sort_keys=True)
