"""Cross-validation: every row is scored by a model that has not learned from it, and each fold is judged by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import polars as pl

from mlops.blocks.call import Silent
from mlops.blocks.components.cross_validate_model import FOLD, RESULTS, SCORED, result_columns
from mlops.blocks.folding import assigned, divided, fold_numbers
from mlops.blocks.judging import Scores, read_scores, scored
from mlops.blocks.measures import metric_words
from mlops.blocks.ranges import settled
from mlops.blocks.results import result_table
from mlops.blocks.side_by_side import side_by_side, workers_for
from mlops.blocks.training import learn
from mlops.blocks.values import Learner, Table
from mlops.formats.finding import CrossValidation, Fold
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value


@dataclass(frozen=True, kw_only=True)
class Held:
    """The rows of a fold, scored by a model that learned from the others."""

    number: int
    trained_rows: int
    table: Table
    scores: Scores


def cross_validate(call: Call) -> dict[str, Value]:
    learner, table = call.learner("untrained_model"), call.table("dataset")
    parameters, said = settled(learner.component, learner.parameters)
    if said:
        call.report.log(said)
    learner, label = replace(learner, parameters=parameters), call.parameters["label_column"]
    seed = int(call.parameters["random_seed"] or call.seed)
    numbers = fold_numbers(table, label, learner.task, folds=call.parameters["number_of_folds"], seed=seed)
    call.report.log(_how(table, int(numbers.max()) + 1))
    held = _held_out(learner, table, label, numbers, call)
    together = _together(table, held, numbers)
    found = _finding(held, read_scores(together, port="dataset"))
    for key in found.mean:
        call.report.metric(f"{key}_mean", found.mean[key])
        call.report.metric(f"{key}_deviation", found.deviation[key])
    rows = result_table(
        _rows(found),
        result_columns(found.task),
        maker="Cross Validate Model",
        sources=table.meta.sources,
        finding=found,
    )
    return {SCORED: together, RESULTS: rows}


def _held_out(learner: Learner, table: Table, label: str, numbers: Any, call: Call) -> list[Held]:
    def judge(number: int) -> Held:
        outside, inside = divided(table, numbers, number)
        try:
            learned = learn(learner, outside, label=label, seed=call.seed, report=Silent())
            said = scored(learned.manifest, learned.estimator, inside)
            scores = read_scores(said, port="dataset")
        except Refusal as refusal:
            raise _in_fold(refusal, number) from refusal
        return Held(number=number, trained_rows=outside.frame.height, table=said, scores=scores)

    held, count = [], int(numbers.max()) + 1
    for one in side_by_side(judge, range(count), workers=workers_for(table, learner.component)):
        held.append(one)
        measured = one.scores.metrics()
        shown = ", ".join(f"{metric_words(key)} {value:.4g}" for key, value in list(measured.items())[:3])
        call.report.log(f"Fold {one.number}: {one.scores.rows} rows, {shown}.")
        call.report.progress(0.05 + 0.85 * len(held) / count)
    return held


def _finding(held: Sequence[Held], together: Scores) -> CrossValidation:
    folds = tuple(
        Fold(number=one.number, trained_rows=one.trained_rows, rows=one.scores.rows, metrics=one.scores.metrics())
        for one in held
    )
    mean, deviation = mean_and_deviation([fold.metrics for fold in folds])
    return CrossValidation(
        task=together.task, folds=folds, mean=mean, deviation=deviation, overall=together.evaluated("dataset")
    )


def mean_and_deviation(measured: Sequence[dict[str, float]]) -> tuple[dict[str, float], dict[str, float]]:
    """Of each metric over the folds in which it is defined; the deviation is that of a sample."""
    keys = list(dict.fromkeys(key for metrics in measured for key in metrics))
    values = {key: np.array([metrics[key] for metrics in measured if key in metrics]) for key in keys}
    mean = {key: float(found.mean()) for key, found in values.items()}
    return mean, {key: float(found.std(ddof=1)) if found.size > 1 else 0.0 for key, found in values.items()}


def _together(table: Table, held: Sequence[Held], numbers: Any) -> Table:
    """All rows in their old order, with their fold and the scores that they got in it."""
    columns = _columns(held)
    frames = [_filled(one.table.frame, columns).with_columns(pl.lit(one.number).alias(FOLD)) for one in held]
    order = np.argsort(np.argsort(numbers, kind="stable"), kind="stable")
    frame = pl.concat(frames)[order]
    kept = [column for column in columns if not column.role.startswith("scored_")]
    scores = [column for column in columns if column.role.startswith("scored_")]
    every = (*kept, Column(name=FOLD, type="integer"), *scores)
    schema = TableSchema(columns=every, row_count=frame.height)
    reason = _("The table comes from Cross Validate Model, whose scores are those of several models.")
    cast = frame.select([column.name for column in every]).with_columns(pl.col(FOLD).cast(pl.Int64))
    return table.broken(cast, schema=schema, reason=reason)


def _columns(held: Sequence[Held]) -> tuple[Column, ...]:
    """Those of all folds: a rare class may be unknown in some. The folds that were dealt before give way."""
    found: dict[str, Column] = {}
    for one in held:
        found |= {column.name: column for column in one.table.schema.columns if column.role != "fold"}
    found.pop(FOLD, None)
    return tuple(found.values())


def _filled(frame: pl.DataFrame, columns: tuple[Column, ...]) -> pl.DataFrame:
    absent = [pl.lit(0.0).alias(column.name) for column in columns if column.name not in frame.columns]
    return frame.with_columns(absent).select([column.name for column in columns])


def _rows(found: CrossValidation) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {FOLD: str(fold.number), "Rows to learn from": fold.trained_rows, "Rows in fold": fold.rows, **fold.metrics}
        for fold in found.folds
    ]
    return [*rows, {FOLD: "Mean", **found.mean}, {FOLD: "Standard Deviation", **found.deviation}]


def _how(table: Table, count: int) -> str:
    column = assigned(table)
    return f"{count} folds" + (f" as assigned in column '{column}'." if column else ", dealt here.")


def _in_fold(refusal: Refusal, number: int) -> Refusal:
    return Refusal(
        refusal.code,
        _("Fold %(number)s: %(message)s") % {"number": number, "message": refusal.message},
        hint=refusal.hint or _("Use fewer folds."),
        status=refusal.status,
        where=msgspec.structs.replace(refusal.where, row=None),
    )
