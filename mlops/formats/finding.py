"""What a step found beside its table, for the eye: trials, folds, importances, comparisons. File: `finding.json`."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from mlops.formats.evaluation import Evaluated
from mlops.formats.model import Task

FINDING_FILE = "finding.json"


class Choosable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A setting that differs between trials."""

    name: str
    label: str
    logarithmic: bool = False
    """Its values are spread by factors rather than by differences."""
    told: bool = False
    """Words that differ from trial to trial, to be read and not to be plotted."""


class Trial(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`spread`: standard deviation over the folds, by metric key; empty with a validation table."""

    number: int
    state: Literal["completed", "failed", "stopped"]
    """`stopped`: given up between folds, because it was worse than most."""
    values: dict[str, Any]
    metrics: dict[str, float] = {}
    spread: dict[str, float] = {}
    reason: str = ""
    """Why it failed or was stopped."""


class Sweep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="sweep", tag_field="kind"):
    """Trials in the order of their numbers; `best` is a trial's number. Of Tune Model Hyperparameters and AutoML."""

    task: Task
    metric: str
    larger_is_better: bool
    choosable: tuple[Choosable, ...]
    trials: tuple[Trial, ...]
    best: int | None = None
    folds: int = 0
    """0: measured on a validation table."""
    notes: tuple[str, ...] = ()


class ColumnImportance(msgspec.Struct, frozen=True, kw_only=True):
    """How much worse the metric gets when the column's values are shuffled: mean and deviation of the repeats."""

    column: str
    importance: float
    deviation: float


class Importance(msgspec.Struct, frozen=True, kw_only=True, tag="importance", tag_field="kind"):
    metric: str
    base: float
    """The metric on the table as it is."""
    repeats: int
    columns: tuple[ColumnImportance, ...]


class Fold(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    trained_rows: int
    rows: int
    metrics: dict[str, float]


class CrossValidation(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="cross_validation", tag_field="kind"
):
    """`mean` and `deviation` (sample) over the folds; `overall` judges all held-out rows together."""

    task: Task
    folds: tuple[Fold, ...]
    mean: dict[str, float]
    deviation: dict[str, float]
    overall: Evaluated | None = None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Of a model's metric to the best model's, with the bounds of its 95 % interval; positive is better."""

    name: str
    value: float
    difference: float
    low: float
    high: float
    verdict: Literal["best", "worse", "open"]
    """`open`: the interval holds 0, so that chance explains the difference."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="comparison", tag_field="kind"):
    """`paired`: the models were judged on the same rows in the same order."""

    task: Task
    metric: str
    larger_is_better: bool
    evaluated: tuple[Evaluated, ...]
    differences: tuple[Difference, ...]
    paired: bool
    resamples: int
    verdict: str
    """In words."""


Finding = Sweep | Importance | CrossValidation | Comparison
