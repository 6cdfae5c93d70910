"""How Evaluate Model reads score columns by role and turns them into numbers and curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import polars as pl

from mlops.blocks.components.evaluate_model import METRICS, PORTS, result_columns, scored_label, true_label
from mlops.blocks.values import Table
from mlops.formats.evaluation import Evaluated, Evaluation
from mlops.formats.model import Task
from mlops.formats.refusal import Refusal, Where
from mlops.formats.table import Column, TableSchema
from mlops.formats.transform import TableMeta
from mlops.stats.evaluation import evaluate_multiclass, evaluate_regression, evaluate_two_class
from mlops.stats.schema import storage_type

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

COMPARED = "compare_"


def evaluate(call: Call) -> dict[str, Value]:
    tables = {port: cast("Table", call.inputs[port]) for port in PORTS if port in call.inputs}
    evaluated = tuple(_evaluated(table, port, call) for port, table in tables.items())
    task = _task(next(iter(tables.values())))
    for place, found in enumerate(evaluated):
        for key, value in found.metrics.items():
            call.report.metric(COMPARED * place + key, value)
    sources = tuple(dict.fromkeys(name for table in tables.values() for name in table.meta.sources))
    return {"evaluation_results": _as_table(Evaluation(task=task, evaluated=evaluated), sources)}


def _task(table: Table) -> Task:
    scored = scored_label(table.schema)
    task = scored.task if scored else ""
    if task not in METRICS:
        message = "The score column does not say for which kind of task it is."
        raise Refusal("no_score_column", message, hint="Connect the output of Score Model.", status=422)
    return cast("Task", task)


def _evaluated(table: Table, port: str, call: Call) -> Evaluated:
    scored, label = scored_label(table.schema), true_label(table.schema)
    assert scored is not None
    assert label is not None
    task = _task(table)
    probabilities = [column for column in table.schema.columns if column.role == "scored_probability"]
    names = [label.name, scored.name, *(column.name for column in probabilities)]
    frame = table.frame.drop_nulls(names)
    left_out = table.frame.height - frame.height
    if left_out:
        call.report.log(f"{left_out} rows without a label or a score are left out.")
    if not frame.height:
        message = "There is no row with both a label and a score."
        hint = "Check that Score Model got rows, and that their label is known."
        raise Refusal("no_rows", message, hint=hint, status=422, where=Where(port=port))
    if task == "regression":
        return evaluate_regression(_numbers(frame, label, port), _numbers(frame, scored, port), name=port)
    if task == "two_class":
        return _two_class(frame, label, scored, probabilities, port)
    return _multiclass(frame, label, scored, probabilities, port)


def _numbers(frame: pl.DataFrame, column: Column, port: str) -> Any:
    if not frame.schema[column.name].is_numeric():
        message = f"Column '{column.name}' must hold numbers to be compared with predicted numbers."
        hint = "Make it a number with Edit Metadata."
        raise Refusal("label_not_numeric", message, hint=hint, status=422, where=Where(port=port, column=column.name))
    return frame[column.name].cast(pl.Float64).to_numpy()


def _two_class(
    frame: pl.DataFrame, label: Column, scored: Column, probabilities: Sequence[Column], port: str
) -> Evaluated:
    actual, predicted = (frame[column.name].cast(pl.String) for column in (label, scored))
    found = _in_order(frame, label, scored)
    positive = (probabilities[0].class_name if probabilities else "") or found[-1]
    others = [name for name in found if name != positive]
    if len(others) > 1:
        message = f"The label column '{label.name}' holds more than two classes: {', '.join(found[:5])}."
        hint = "Score a table with the same two classes as in training."
        raise Refusal("label_not_two_class", message, hint=hint, status=422, where=Where(port=port, column=label.name))
    chance = frame[probabilities[0].name].cast(pl.Float64).to_numpy() if probabilities else None
    classes = (others[0] if others else "", positive)
    truth, said = (actual == positive).to_numpy(), (predicted == positive).to_numpy()
    return evaluate_two_class(truth, said, chance, classes=classes, name=port)


def _multiclass(
    frame: pl.DataFrame, label: Column, scored: Column, probabilities: Sequence[Column], port: str
) -> Evaluated:
    known = [column.class_name for column in probabilities]
    found = _in_order(frame, label, scored)
    classes = known + [name for name in found if name not in known]
    places = {name: place for place, name in enumerate(classes)}
    actual, predicted = (
        frame[column.name].cast(pl.String).replace_strict(places, return_dtype=pl.Int64).to_numpy()
        for column in (label, scored)
    )
    shares = None
    if probabilities:
        shares = np.zeros((frame.height, len(classes)))
        shares[:, : len(known)] = frame.select([column.name for column in probabilities]).to_numpy()
    return evaluate_multiclass(actual, predicted, shares, classes=classes, name=port)


def _in_order(frame: pl.DataFrame, label: Column, scored: Column) -> list[str]:
    """All values of label and score, as text, in the order of the label's type."""
    actual, predicted = frame[label.name].unique(), frame[scored.name].unique()
    if actual.dtype == predicted.dtype:
        return cast(
            "list[str]", pl.concat([actual, predicted.alias(label.name)]).unique().sort().cast(pl.String).to_list()
        )
    return sorted({*actual.cast(pl.String).to_list(), *predicted.cast(pl.String).to_list()})


def _as_table(evaluation: Evaluation, sources: tuple[str, ...]) -> Table:
    columns = result_columns(evaluation.task)
    rows = [{"scored_dataset": found.name, "rows": found.rows, **found.metrics} for found in evaluation.evaluated]
    frame = pl.DataFrame(rows, schema={column.name: storage_type(column.type) for column in columns})
    schema = TableSchema(columns=columns, row_count=frame.height)
    reason = "The table holds the results of Evaluate Model."
    meta = TableMeta(schema=schema, source=None, broken=reason, sources=sources)
    return Table(frame=frame, meta=meta, evaluation=evaluation)
