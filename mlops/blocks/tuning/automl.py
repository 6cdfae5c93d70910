"""AutoML: searches over our learners and what is done to the columns before them, and trains the best on all rows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import polars as pl

from mlops.blocks.automl import BEST, LEADERBOARD
from mlops.blocks.components.train_model import feature_names
from mlops.blocks.folding import fold_numbers
from mlops.blocks.measures import larger_is_better
from mlops.blocks.tuning.auto import CHOOSABLE, AutoSearch
from mlops.blocks.tuning.judge import Judge
from mlops.blocks.tuning.learners import learners_for
from mlops.blocks.tuning.preparing import has_gaps, useless_columns
from mlops.blocks.tuning.trials import Trials, require_one
from mlops.blocks.tuning.tune import sweep_table, trained
from mlops.blocks.values import Table
from mlops.formats.finding import Sweep
from mlops.formats.model import Task
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column
from mlops.formats.transform import KeepColumns

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

MOST_SEARCHED_ROWS = 50_000
"""More rows are searched by a sample; the best is trained on all of them."""


def search(call: Call, *, task: Task, metric: str, maker: str) -> dict[str, Value]:
    notes: list[str] = []
    label, seed = call.parameters["label_column"], int(call.parameters["random_seed"] or call.seed)
    table = _without_useless(call.table("dataset"), label, notes)
    judge = _judge(call, table, task=task, metric=metric, seed=seed, notes=notes)
    minutes = float(call.parameters["time_budget_in_minutes"] or 0)
    trials = Trials(
        judge=judge,
        report=call.report,
        stop_hopeless=judge.rounds > 1,
        deadline=time.monotonic() + 60 * minutes if minutes else None,
        patience=int(call.parameters["trials_without_improvement"] or 0) or None,
    )
    names = ", ".join(each.title for each in learners_for(task))
    call.report.log(f"Trying {names} on {judge.table.frame.height} rows.")
    gaps = has_gaps(table, label) or (judge.validation is not None and has_gaps(judge.validation, label))
    found = AutoSearch(
        task=task,
        label=label,
        gaps=gaps,
        trials=call.parameters["maximum_number_of_trials"],
        seed=seed,
        metric=metric,
        larger_is_better=judge.larger_is_better,
    )
    trials.run(found)
    best = require_one(trials)
    if trials.ended:
        notes.append(trials.ended)
        call.report.log(trials.ended)
    model = trained(trials.candidates[best.number], table, label=label, call=call)
    finding = Sweep(
        task=task,
        metric=metric,
        larger_is_better=judge.larger_is_better,
        choosable=CHOOSABLE,
        trials=tuple(trials.done),
        best=best.number,
        folds=judge.rounds if judge.validation is None else 0,
        notes=tuple(notes),
    )
    columns = [Column(name=each.label, type="string") for each in CHOOSABLE]
    labels = {each.name: each.label for each in CHOOSABLE}
    return {BEST: model, LEADERBOARD: sweep_table(finding, columns, labels, maker=maker, table=table)}


def task_of(values: pl.Series) -> Task:
    """Two classes or several. The learners refuse labels that are neither."""
    return "two_class" if values.drop_nulls().n_unique() <= 2 else "multiclass"


def _without_useless(table: Table, label: str, notes: list[str]) -> Table:
    useless = useless_columns(table, label)
    if not useless:
        return table
    notes += [f"'{name}' is left out: {reason}." for name, reason in useless.items()]
    if not set(feature_names(table.schema, label)) - set(useless):
        message = _("No column besides the label '%(label)s' can teach a model anything: %(notes)s") % {
            "label": label,
            "notes": notes[-1],
        }
        hint = _("Bring columns with several different values.")
        raise Refusal("no_features", message, hint=hint, status=422, where=Where(port="dataset"))
    kept = tuple(column.name for column in table.schema.columns if column.name not in useless)
    return table.transformed(KeepColumns(columns=kept))


def _judge(call: Call, table: Table, *, task: Task, metric: str, seed: int, notes: list[str]) -> Judge:
    label, validation = call.parameters["label_column"], call.optional_table("validation_dataset")
    searched = table
    if table.frame.height > MOST_SEARCHED_ROWS:
        chosen = pl.int_range(table.frame.height, eager=True).shuffle(seed) < MOST_SEARCHED_ROWS
        searched = table.filtered(chosen)
        notes.append(f"Searched on a sample of {MOST_SEARCHED_ROWS:,} of {table.frame.height:,} rows.")
    folds = None
    if validation is None:
        folds = fold_numbers(searched, label, task, folds=call.parameters["number_of_folds"], seed=seed)
    return Judge(
        table=searched,
        label=label,
        metric=metric,
        larger_is_better=larger_is_better(metric),
        seed=call.seed,
        folds=folds,
        validation=validation,
    )
