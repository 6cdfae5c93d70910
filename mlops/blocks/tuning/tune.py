"""Tune Model Hyperparameters: tries the settings of a learner and trains the best on all rows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from mlops.blocks.checking import checked
from mlops.blocks.components.evaluate_model import METRICS
from mlops.blocks.components.tune_model_hyperparameters import BEST, ENTIRE, RANDOM, RANDOM_GRID, RESULTS
from mlops.blocks.explaining import explained
from mlops.blocks.folding import fold_numbers
from mlops.blocks.measures import FOR_CLASSIFICATION, FOR_REGRESSION, larger_is_better, metric_key
from mlops.blocks.results import result_table
from mlops.blocks.training import learn
from mlops.blocks.tuning.candidate import Candidate, Search
from mlops.blocks.tuning.judge import Judge
from mlops.blocks.tuning.space import (
    Dimension,
    Tpe,
    choosable,
    dimensions,
    entire_grid,
    random_grid,
    random_sweep,
    with_ranges,
)
from mlops.blocks.tuning.trials import Trials, require_one
from mlops.blocks.values import Learner, Table, TrainedModel
from mlops.formats.finding import Sweep
from mlops.formats.model import Task
from mlops.formats.table import Column

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value


def tune(call: Call) -> dict[str, Value]:
    notes: list[str] = []
    learner, space = _learner(call, notes)
    judge = _judge(call, learner)
    minutes = float(call.parameters["time_budget_in_minutes"] or 0)
    trials = Trials(
        judge=judge,
        report=call.report,
        stop_hopeless=call.parameters["stop_hopeless_trials"] and judge.rounds > 1,
        deadline=time.monotonic() + 60 * minutes if minutes else None,
    )
    trials.run(_search(call, learner, space, judge))
    best = require_one(trials)
    if trials.ended:
        notes.append(trials.ended)
        call.report.log(trials.ended)
    model = trained(trials.candidates[best.number], judge.table, label=judge.label, call=call)
    finding = Sweep(
        task=_task(learner),
        metric=judge.metric,
        larger_is_better=judge.larger_is_better,
        choosable=choosable(space),
        trials=tuple(trials.done),
        best=best.number,
        folds=judge.rounds if judge.validation is None else 0,
        notes=tuple(notes),
    )
    columns = [Column(name=each.label, type="integer" if each.whole else "decimal") for each in space]
    labels = {each.name: each.label for each in space}
    return {
        RESULTS: sweep_table(finding, columns, labels, maker="Tune Model Hyperparameters", table=judge.table),
        BEST: model,
    }


def trained(candidate: Candidate, table: Table, *, label: str, call: Call) -> TrainedModel:
    """The candidate after learning from all rows, checked and explained as after Train Model."""
    transforms = candidate.preparing(table)
    prepared = table.transformed(*transforms) if transforms else table
    call.report.log(f"Training trial {candidate.number}, the best, on all {prepared.frame.height} rows.")
    learned = learn(candidate.learner, prepared, label=label, seed=call.seed, report=_Quiet(call))
    model = checked(learned.manifest, learned.estimator, prepared, report=call.report)
    return explained(model, prepared, cells=learned.cells, seed=call.seed, report=_Quiet(call))


def sweep_table(found: Sweep, columns: list[Column], labels: dict[str, str], *, maker: str, table: Table) -> Table:
    """One row a trial, the best first; what was not completed comes last."""
    metrics = [key for key in METRICS[found.task] if any(key in trial.metrics for trial in found.trials)]
    spread = f"{found.metric}_deviation"
    every = (
        Column(name="Trial", type="integer"),
        Column(name="State", type="string"),
        *columns,
        *(Column(name=key, type="decimal") for key in metrics),
        *((Column(name=spread, type="decimal"),) if found.folds else ()),
        Column(name="Reason", type="string"),
    )
    sign = -1.0 if found.larger_is_better else 1.0

    def order(row: dict[str, Any]) -> tuple[bool, float, int]:
        value = row.get(found.metric)
        return row["State"] != "completed", 0.0 if value is None else sign * value, row["Trial"]

    rows = [
        {
            "Trial": trial.number,
            "State": trial.state,
            **{labels[name]: value for name, value in trial.values.items() if name in labels},
            **{key: value for key, value in trial.metrics.items() if key in metrics},
            **({spread: trial.spread.get(found.metric)} if found.folds else {}),
            "Reason": trial.reason or None,
        }
        for trial in found.trials
    ]
    return result_table(sorted(rows, key=order), every, maker=maker, sources=table.meta.sources, finding=found)


def _learner(call: Call, notes: list[str]) -> tuple[Learner, tuple[Dimension, ...]]:
    """With its ranges; one that was given single values is tried over the ranges of its kind, as in the designer."""
    learner = call.learner("untrained_model")
    space = dimensions(learner)
    if space:
        return learner, space
    ranged = with_ranges(learner)
    space = dimensions(ranged)
    note = (
        "The learner gives single values, so the ranges of its kind are tried. Set its 'Create trainer mode' to "
        "ParameterRange to choose them."
        if space
        else "The learner has no parameter to vary; it is tried as it is."
    )
    call.report.log(note)
    notes.append(note)
    return (ranged if space else learner), space


def _judge(call: Call, learner: Learner) -> Judge:
    table, validation = call.table("training_dataset"), call.optional_table("validation_dataset")
    label = call.parameters["label_column"]
    metric = metric_key(
        learner.task,
        classification=call.parameters[FOR_CLASSIFICATION],
        regression=call.parameters[FOR_REGRESSION],
    )
    folds = None
    if validation is None:
        count = call.parameters["number_of_folds"]
        folds = fold_numbers(table, label, learner.task, folds=count, seed=_seed(call))
    return Judge(
        table=table,
        label=label,
        metric=metric,
        larger_is_better=larger_is_better(metric),
        seed=call.seed,
        folds=folds,
        validation=validation,
    )


def _search(call: Call, learner: Learner, space: tuple[Dimension, ...], judge: Judge) -> Search:
    mode, runs, seed = (
        call.parameters["parameter_sweeping_mode"],
        call.parameters["maximum_number_of_runs"],
        _seed(call),
    )
    if mode == ENTIRE or not space:
        return entire_grid(learner, space)
    if mode == RANDOM:
        return random_sweep(learner, space, runs=runs, seed=seed)
    if mode == RANDOM_GRID:
        return random_grid(learner, space, runs=runs, seed=seed)
    return Tpe(learner, space, runs=runs, seed=seed, larger_is_better=judge.larger_is_better, metric=judge.metric)


def _seed(call: Call) -> int:
    return int(call.parameters["random_seed"] or call.seed)


def _task(learner: Learner) -> Task:
    return learner.task  # type: ignore[return-value]


class _Quiet:
    """Tells what is said, but no progress: that is counted in trials."""

    def __init__(self, call: Call) -> None:
        self._report = call.report

    def log(self, text: str) -> None:
        self._report.log(text)

    def progress(self, share: float) -> None:
        pass

    def metric(self, key: str, value: float) -> None:
        self._report.metric(key, value)
