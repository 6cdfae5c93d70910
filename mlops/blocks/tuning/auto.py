"""The search of AutoML: each learner with its defaults first, then what Optuna's TPE finds promising."""

from __future__ import annotations

import warnings
from typing import Any

from mlops.blocks.parameters import with_defaults
from mlops.blocks.tuning.candidate import Candidate
from mlops.blocks.tuning.learners import as_learner, learners_for, splits_on_values
from mlops.blocks.tuning.preparing import FILLS, LEAVE, SCALES, UNSCALED, Preparation
from mlops.blocks.tuning.space import Dimension, dimensions, with_ranges, with_values_of
from mlops.formats.component import Component
from mlops.formats.finding import Choosable, Trial

LEARNER, MISSING, SCALING, SETTINGS = "learner", "missing", "scaling", "settings"
CHOOSABLE = (
    Choosable(name=LEARNER, label="Learner"),
    Choosable(name=MISSING, label="Missing values"),
    Choosable(name=SCALING, label="Scaling"),
    Choosable(name=SETTINGS, label="Settings", told=True),
)


class AutoSearch:
    """Deterministic by its seed: it is told of trials in the order in which it gave them."""

    def __init__(
        self, *, task: str, label: str, gaps: bool, trials: int | None, seed: int, metric: str, larger_is_better: bool
    ) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.count = trials
        self._label, self._gaps, self._metric = label, gaps, metric
        self._learners: dict[str, Component] = {each.name: each for each in learners_for(task)}
        self._spaces = {name: dimensions(with_ranges(as_learner(each))) for name, each in self._learners.items()}
        self._asked: dict[int, Any] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = optuna.samplers.TPESampler(
                seed=seed, n_startup_trials=2 * len(self._learners), constant_liar=True, group=True, multivariate=True
            )
        self._study = optuna.create_study(direction="maximize" if larger_is_better else "minimize", sampler=sampler)
        for each in self._learners.values():
            self._study.enqueue_trial(self._defaults(each))

    def ask(self, count: int) -> list[Candidate]:
        first = len(self._asked) + 1
        last = first + count - 1 if self.count is None else min(first + count - 1, self.count)
        return [self._next(number) for number in range(first, last + 1)]

    def tell(self, trial: Trial) -> None:
        from optuna.trial import TrialState

        value = trial.metrics.get(self._metric) if trial.state == "completed" else None
        if value is None:
            self._study.tell(self._asked[trial.number], state=TrialState.FAIL)
        else:
            self._study.tell(self._asked[trial.number], value)

    def _next(self, number: int) -> Candidate:
        trial = self._study.ask()
        self._asked[number] = trial
        name = trial.suggest_categorical(LEARNER, list(self._learners))
        component = self._learners[name]
        missing = LEAVE
        if self._gaps:
            choices = (LEAVE, *FILLS) if component.tolerates_missing else FILLS
            missing = trial.suggest_categorical(f"{name}.{MISSING}", choices)
        scaling = UNSCALED if splits_on_values(component) else trial.suggest_categorical(f"{name}.{SCALING}", SCALES)
        values = {each.name: _suggested(trial, f"{name}.{each.name}", each) for each in self._spaces[name]}
        preparation = Preparation(label=self._label, missing=missing, scaling=scaling, gaps=self._gaps)
        learner = with_values_of(with_ranges(as_learner(component)), values)
        told = {
            LEARNER: component.title,
            MISSING: missing,
            SCALING: scaling,
            SETTINGS: "; ".join(f"{each.label} {values[each.name]:g}" for each in self._spaces[name]),
        }
        return Candidate(number=number, values=told, learner=learner, preparing=preparation)

    def _defaults(self, component: Component) -> dict[str, Any]:
        name, defaults = component.name, with_defaults(component, {})
        found: dict[str, Any] = {LEARNER: name}
        if self._gaps:
            found[f"{name}.{MISSING}"] = LEAVE if component.tolerates_missing else FILLS[0]
        if not splits_on_values(component):
            found[f"{name}.{SCALING}"] = "zscore"
        return found | {
            f"{name}.{each.name}": min(max(defaults[each.name], min(each.values)), max(each.values))
            for each in self._spaces[name]
        }


def _suggested(trial: Any, name: str, each: Dimension) -> Any:
    low, high = min(each.values), max(each.values)
    if each.whole:
        return trial.suggest_int(name, low, high, log=each.logarithmic)
    return float(f"{trial.suggest_float(name, low, high, log=each.logarithmic):.6g}")
