"""Searches over the ranges of a learner: the whole grid, a part of it, random values between, or by Optuna's TPE."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlops.blocks.learners import INSIDE, MODE, RANGE
from mlops.blocks.ranges import Tunable, tunables, with_values
from mlops.blocks.tuning.candidate import Candidate
from mlops.blocks.values import Learner
from mlops.formats.finding import Choosable, Trial
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

MOST_OF_A_GRID = 10_000
FACTOR = 8
"""Positive values that differ by this factor are spread by factors."""

MOST_DRAWS = 50


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """One parameter with the values of its range."""

    name: str
    label: str
    values: tuple[Any, ...]
    whole: bool

    @property
    def logarithmic(self) -> bool:
        low, high = min(self.values), max(self.values)
        return bool(low > 0 and high / low >= FACTOR)

    def between(self, share: float) -> Any:
        """A value between the smallest and the largest, evenly on its scale."""
        low, high = min(self.values), max(self.values)
        value = low * (high / low) ** share if self.logarithmic else low + (high - low) * share
        return round(value) if self.whole else float(f"{value:.6g}")


def dimensions(learner: Learner) -> tuple[Dimension, ...]:
    found: Mapping[str, Tunable] = tunables(learner.component, learner.parameters)
    return tuple(
        Dimension(name=name, label=each.parameter.label, values=each.values, whole=each.parameter.type == "integer")
        for name, each in found.items()
    )


def choosable(space: Sequence[Dimension]) -> tuple[Choosable, ...]:
    return tuple(Choosable(name=each.name, label=each.label, logarithmic=each.logarithmic) for each in space)


def with_ranges(learner: Learner) -> Learner:
    """The learner, and one inside of it, in the mode Parameter Range, with its own ranges where none were set."""
    parameters = {**learner.parameters, MODE: RANGE}
    inside = parameters.get(INSIDE)
    if inside is not None:
        parameters[INSIDE] = {**inside, "parameters": {**inside["parameters"], MODE: RANGE}}
    return replace(learner, parameters=parameters)


class Listed:
    """Gives settings in their order; what became of them does not matter to it."""

    def __init__(self, learner: Learner, settings: Iterator[dict[str, Any]], *, count: int) -> None:
        self.count: int | None = count
        self._learner, self._settings, self._number = learner, settings, 0

    def ask(self, count: int) -> list[Candidate]:
        return [self._candidate(values) for values in itertools.islice(self._settings, count)]

    def tell(self, trial: Trial) -> None:
        pass

    def _candidate(self, values: dict[str, Any]) -> Candidate:
        self._number += 1
        return candidate(self._learner, values, number=self._number)


def candidate(learner: Learner, values: dict[str, Any], *, number: int) -> Candidate:
    return Candidate(number=number, values=values, learner=with_values_of(learner, values))


def with_values_of(learner: Learner, values: Mapping[str, Any]) -> Learner:
    """In the mode Single Parameter."""
    return replace(learner, parameters=with_values(learner.component, learner.parameters, values))


def entire_grid(learner: Learner, space: Sequence[Dimension]) -> Listed:
    """Raises Refusal `grid_too_large`."""
    size = math.prod(len(each.values) for each in space)
    if size > MOST_OF_A_GRID:
        message = _("The grid has %(size)s settings; at most %(most_of_a_grid)s are tried.") % {
            "size": f"{size:,}",
            "most_of_a_grid": f"{MOST_OF_A_GRID:,}",
        }
        hint = _("Choose Random grid or TPE, or shorten the learner's ranges.")
        raise Refusal(
            "grid_too_large", message, hint=hint, status=422, where=Where(parameter="parameter_sweeping_mode")
        )
    return Listed(learner, (_setting(space, place) for place in range(size)), count=size)


def random_grid(learner: Learner, space: Sequence[Dimension], *, runs: int, seed: int) -> Listed:
    """Settings of the grid without one twice, in the order in which they were drawn."""
    size = math.prod(len(each.values) for each in space)
    generator = np.random.default_rng(seed)
    if size <= MOST_OF_A_GRID:
        places = generator.permutation(size)[:runs].tolist()
    else:
        places = list(dict.fromkeys(int(share * size) for share in generator.random(runs * 2)))[:runs]
    return Listed(learner, (_setting(space, place) for place in places), count=len(places))


def random_sweep(learner: Learner, space: Sequence[Dimension], *, runs: int, seed: int) -> Listed:
    """Values drawn between the ends of each range, without a setting twice where there are enough."""
    generator = np.random.default_rng(seed)
    found: dict[tuple[Any, ...], None] = {}
    for _draw in range(runs * MOST_DRAWS):
        found[tuple(each.between(float(generator.random())) for each in space)] = None
        if len(found) == runs:
            break
    names = [each.name for each in space]
    return Listed(learner, (dict(zip(names, values, strict=True)) for values in found), count=len(found))


class Tpe:
    """Optuna's tree-structured Parzen estimator: values near those that were good come more often."""

    def __init__(
        self, learner: Learner, space: Sequence[Dimension], *, runs: int, seed: int, larger_is_better: bool, metric: str
    ) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.count: int | None = runs
        self._learner, self._space, self._metric = learner, space, metric
        self._asked: dict[int, Any] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = optuna.samplers.TPESampler(
                seed=seed, n_startup_trials=min(10, max(4, runs // 3)), constant_liar=True
            )
        self._study = optuna.create_study(direction="maximize" if larger_is_better else "minimize", sampler=sampler)

    def ask(self, count: int) -> list[Candidate]:
        assert self.count is not None
        found = []
        for number in range(len(self._asked) + 1, min(len(self._asked) + count, self.count) + 1):
            trial = self._study.ask(self._distributions())
            self._asked[number] = trial
            found.append(candidate(self._learner, self._values(trial.params), number=number))
        return found

    def tell(self, trial: Trial) -> None:
        from optuna.trial import TrialState

        value = trial.metrics.get(self._metric)
        if value is None:
            self._study.tell(self._asked[trial.number], state=TrialState.FAIL)
        else:
            self._study.tell(self._asked[trial.number], value)

    def _distributions(self) -> dict[str, Any]:
        from optuna.distributions import FloatDistribution, IntDistribution

        found: dict[str, Any] = {}
        for each in self._space:
            kind = IntDistribution if each.whole else FloatDistribution
            found[each.name] = kind(min(each.values), max(each.values), log=each.logarithmic)
        return found

    def _values(self, drawn: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value if isinstance(value, int) else float(f"{value:.6g}") for name, value in drawn.items()}


def _setting(space: Sequence[Dimension], place: int) -> dict[str, Any]:
    """The setting at a place of the grid, the last parameter varying fastest."""
    values: dict[str, Any] = {}
    for each in reversed(space):
        place, at = divmod(place, len(each.values))
        values[each.name] = each.values[at]
    return {each.name: values[each.name] for each in space}
