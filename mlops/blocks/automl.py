"""What both AutoML components share: their ports and parameters, and what can be told before they run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops.blocks.components.train_model import feature_names, label_problems
from mlops.blocks.components.tune_model_hyperparameters import validation_problems
from mlops.formats.component import Derived, Parameter, Port, Problem, Shape

BEST, LEADERBOARD = "best_model", "leaderboard"
INPUTS = (
    Port(name="dataset", type="table", label="Dataset"),
    Port(name="validation_dataset", type="table", label="Validation dataset", optional=True),
)
OUTPUTS = (
    Port(name=BEST, type="model", label="Best model"),
    Port(name=LEADERBOARD, type="table", label="Leaderboard"),
)
LABEL = Parameter(
    name="label_column",
    type="column",
    label="Label column",
    required=True,
    port="dataset",
    help="Choose the column that the model learns to predict.",
)
BUDGET = (
    Parameter(
        name="time_budget_in_minutes",
        type="decimal",
        label="Time budget in minutes",
        default=10,
        minimum=0,
        help="Begin nothing new after this time. 0 means no limit: then equal seeds give equal results.",
    ),
    Parameter(
        name="maximum_number_of_trials",
        type="integer",
        label="Maximum number of trials",
        required=True,
        default=50,
        minimum=1,
        maximum=10_000,
        help="How many models are tried at most.",
    ),
    Parameter(
        name="trials_without_improvement",
        type="integer",
        label="End after so many trials without improvement",
        default=20,
        minimum=0,
        help="End early when nothing gets better. 0 never ends early.",
    ),
    Parameter(
        name="number_of_folds",
        type="integer",
        label="Number of folds without a validation dataset",
        required=True,
        default=5,
        minimum=2,
        maximum=100,
        help="Each model is trained so many times, each time judged on another part of the rows.",
    ),
    Parameter(
        name="random_seed",
        type="integer",
        label="Random seed",
        default=0,
        minimum=0,
        maximum=2**31 - 1,
        help="Another number tries other models. 0 is a fixed seed, not the clock.",
    ),
)


def derived(parameters: Mapping[str, Any], inputs: Mapping[str, Shape], *, task: str) -> Derived:
    """`task` is empty where the label's values decide it."""
    table, label = inputs["dataset"].table, parameters["label_column"] or ""
    features: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    if table is not None and label:
        features = feature_names(table, label)
        learner = Shape(type="untrained_model", task=task or "multiclass", algorithm="AutoML")
        problems = label_problems(table, label, learner)
        validation = inputs["validation_dataset"].table if "validation_dataset" in inputs else None
        problems += () if problems or validation is None else validation_problems(validation, (label, *features))
    model = Shape(type="model", task=task, label=label)
    return Derived(outputs={BEST: model, LEADERBOARD: Shape(type="table")}, problems=problems)
