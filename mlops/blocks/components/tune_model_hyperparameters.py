"""Tune Model Hyperparameters: try many settings of a learner and keep the best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.components.train_model import feature_names, label_problems
from mlops.blocks.measures import MEASURED_TASKS, metric_parameters
from mlops.blocks.problems import column_not_found, problem
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

RESULTS, BEST = "sweep_results", "trained_best_model"
ENTIRE, RANDOM, RANDOM_GRID, TPE = "entire_grid", "random_sweep", "random_grid", "tpe"
COUNTED = (RANDOM, RANDOM_GRID, TPE)

DEFINITION = Component(
    name="tune_model_hyperparameters",
    version="1",
    title="Tune Model Hyperparameters",
    group="Model Training",
    help="""Tries many settings of a learner, measures each, and trains the best one on all rows.

**When to use it.** In place of Train Model, when you do not know how many leaves, trees or how much
regularization suit your data. Set the learner's *Create trainer mode* to ParameterRange and list the values to
try; a learner with single values is tried over the usual ranges of its kind.

**Example.** A boosted tree with leaves `8; 32` and learning rates `0.05; 0.1; 0.2` has a grid of 6 settings.
With 5 folds that makes 30 short trainings; the best setting reaches an AUC of 0.86 instead of 0.83.

**Choices.** *Entire grid* tries every combination. *Random sweep* draws values between the ends of each range,
*Random grid* draws combinations of the listed values. *TPE* learns from the trials before where good values lie
and needs the fewest trials for many parameters. A table at the input *Validation dataset* is used to measure;
without it, cross-validation on the training rows is. *Stop hopeless trials* ends a trial between folds when it
is worse than half of those before. Equal seeds give equal results.

**What comes out.** Left: one row per trial with its values and metrics, the best first; look at it to see which
values matter. A trial that fails is a row with its reason. Right: the best model, trained on all training rows.""",
    inputs=(
        Port(name="untrained_model", type="untrained_model", label="Untrained model", tasks=MEASURED_TASKS),
        Port(name="training_dataset", type="table", label="Training dataset"),
        Port(name="validation_dataset", type="table", label="Validation dataset", optional=True),
    ),
    outputs=(
        Port(name=RESULTS, type="table", label="Sweep results"),
        Port(name=BEST, type="model", label="Trained best model"),
    ),
    parameters=(
        Parameter(
            name="parameter_sweeping_mode",
            type="choice",
            label="Specify parameter sweeping mode",
            required=True,
            default=RANDOM,
            choices=(
                Choice(value=ENTIRE, label="Entire grid"),
                Choice(value=RANDOM, label="Random sweep"),
                Choice(value=RANDOM_GRID, label="Random grid"),
                Choice(value=TPE, label="TPE: learns from the trials before"),
            ),
            help="Which settings are tried.",
        ),
        Parameter(
            name="maximum_number_of_runs",
            type="integer",
            label="Maximum number of runs",
            required=True,
            default=5,
            minimum=1,
            maximum=10_000,
            visible_if={"parameter_sweeping_mode": COUNTED},
            help="How many settings are tried.",
        ),
        Parameter(
            name="random_seed",
            type="integer",
            label="Random seed",
            default=0,
            minimum=0,
            maximum=2**31 - 1,
            help="Another number draws other settings and folds. 0 is a fixed seed, not the clock.",
        ),
        Parameter(
            name="label_column",
            type="column",
            label="Label column",
            required=True,
            port="training_dataset",
            help="Choose the column that the model learns to predict.",
        ),
        *metric_parameters(),
        Parameter(
            name="number_of_folds",
            type="integer",
            label="Number of folds without a validation dataset",
            required=True,
            default=5,
            minimum=2,
            maximum=100,
            help="Each setting is trained so many times, each time judged on another part of the rows.",
        ),
        Parameter(
            name="stop_hopeless_trials",
            type="boolean",
            label="Stop hopeless trials",
            default=False,
            help="End a trial between folds when it is worse than half of the trials before.",
        ),
        Parameter(
            name="time_budget_in_minutes",
            type="decimal",
            label="Time budget in minutes",
            default=0,
            minimum=0,
            help="Begin no trial after this time. 0 means no limit; with a limit, results depend on the machine.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    learner, table = inputs["untrained_model"], inputs["training_dataset"].table
    label = parameters["label_column"] or ""
    features: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    if table is not None and label:
        features = feature_names(table, label)
        problems = label_problems(table, label, learner, port="training_dataset")
        validation = inputs["validation_dataset"].table if "validation_dataset" in inputs else None
        problems += () if problems or validation is None else validation_problems(validation, (label, *features))
    model = Shape(type="model", task=learner.task, algorithm=learner.algorithm, label=label, features=features)
    return Derived(outputs={RESULTS: Shape(type="table"), BEST: model}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.tuning.tune import tune

    return tune(call)


def validation_problems(table: TableSchema, needed: tuple[str, ...]) -> tuple[Problem, ...]:
    """Columns of the training dataset that the validation dataset lacks."""
    absent = [name for name in needed if table.column(name) is None]
    if not absent:
        return ()
    found = column_not_found(absent[0], table.names, parameter="", port="validation_dataset")
    message = _("The validation dataset lacks the column '%(absent)s' of the training dataset.") % {"absent": absent[0]}
    return (problem("column_not_found", message, hint=found.hint, port="validation_dataset", column=absent[0]),)
