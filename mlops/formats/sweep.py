"""A sweep's settings: what is varied, how values are picked, what is sought, when it stops.

The words are those of a `sweepJob` of Azure ML's CLI v2."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Kind = Literal[
    "choice", "randint", "uniform", "quniform", "loguniform", "qloguniform", "normal", "qnormal", "lognormal",
    "qlognormal",
]  # fmt: skip

FIELDS: dict[str, tuple[str, ...]] = {
    "choice": ("values",),
    "randint": ("upper",),
    "uniform": ("min_value", "max_value"),
    "quniform": ("min_value", "max_value", "q"),
    "loguniform": ("min_value", "max_value"),
    "qloguniform": ("min_value", "max_value", "q"),
    "normal": ("mu", "sigma"),
    "qnormal": ("mu", "sigma", "q"),
    "lognormal": ("mu", "sigma"),
    "qlognormal": ("mu", "sigma", "q"),
}
"""What each kind of distribution is given by."""


class Distribution(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the values of one hyperparameter come from.

    `randint` gives 0 … upper-1. `loguniform` gives exp(uniform(min_value, max_value)): its bounds are logarithms. The
    kinds with a `q` give multiples of it."""

    type: Kind
    values: tuple[Any, ...] = ()
    upper: int = 0
    min_value: float = 0.0
    max_value: float = 0.0
    mu: float = 0.0
    sigma: float = 0.0
    q: float = 0.0


class Sampling(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    type: Literal["random", "grid", "bayesian"] = "random"
    rule: Literal["random", "sobol"] = "random"
    """Of random sampling."""
    seed: int | None = None
    base: float | None = None
    """Of the logarithmic kinds, with the rule `sobol`; None: e."""


class Objective(msgspec.Struct, frozen=True, kw_only=True):
    goal: Literal["maximize", "minimize"]
    primary_metric: str


class EarlyTermination(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An interval is one logged value of the primary metric."""

    type: Literal["bandit", "median_stopping", "truncation_selection"]
    evaluation_interval: int = 1
    delay_evaluation: int = 0
    slack_factor: float | None = None
    slack_amount: float | None = None
    truncation_percentage: int = 0
    exclude_finished_jobs: bool = False


class SweepLimits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    max_total_trials: int = 1000
    max_concurrent_trials: int | None = None
    """None: as many as there are trials."""
    timeout_seconds: float | None = None
    trial_timeout_seconds: float | None = None


class SweepPlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    space: dict[str, Distribution]
    objective: Objective
    sampling: Sampling = Sampling()
    early_termination: EarlyTermination | None = None
    limits: SweepLimits = SweepLimits()
