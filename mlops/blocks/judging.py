"""Scored tables as arrays that measures work on: score and label columns are found by their roles.

Only the columns that are needed are looked at, so that tables of many rows and columns cost little memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import polars as pl

from mlops.blocks.components.evaluate_model import METRICS, scored_label, true_label
from mlops.blocks.scoring import score_table
from mlops.blocks.values import Table, TrainedModel
from mlops.formats.evaluation import Evaluated
from mlops.formats.model import ModelManifest, Task
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column
from mlops.stats.clusters import evaluate_clusters
from mlops.stats.evaluation import evaluate_multiclass, evaluate_quantile, evaluate_regression, evaluate_two_class
from mlops.stats.metrics import multiclass_metrics, quantile_metrics, regression_metrics, two_class_metrics

ANOMALIES, ORDINARY = ("1", "true", "yes"), ("0", "false", "no")


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Labels and predictions of the rows that have both.

    regression: numbers; quantile: numbers, `probability` holds the predicted quantiles [rows, classes]; two_class and
    anomaly: booleans (is it the positive class), `probability` of the positive; multiclass: indices into `classes`,
    `probability` [rows, classes]; clustering: indices in both, `probability` holds distances [rows, classes]."""

    task: Task
    actual: Any
    predicted: Any
    probability: Any = None
    classes: tuple[str, ...] = ()
    kept: Any = None
    """Mask over the table's rows: which of them have both."""

    @property
    def levels(self) -> tuple[float, ...]:
        """Of a quantile regression."""
        return tuple(map(float, self.classes))

    @property
    def rows(self) -> int:
        return int(self.actual.size)

    def metrics(self, rows: Any = slice(None)) -> dict[str, float]:
        """Of all rows, or of those with the given numbers (which may repeat)."""
        actual, predicted = self.actual[rows], self.predicted[rows]
        probability: Any = None if self.probability is None else self.probability[rows]
        if self.task == "regression":
            return regression_metrics(actual, predicted)
        if self.task == "quantile":
            return quantile_metrics(actual, probability, self.levels)
        if self.task == "clustering":
            return evaluate_clusters(predicted, probability, clusters=self.classes, name="").metrics
        if self.task == "multiclass":
            return multiclass_metrics(actual, predicted, probability, classes=len(self.classes))
        return two_class_metrics(actual, predicted, probability)

    def evaluated(self, name: str) -> Evaluated:
        """Metrics with the curves and tables."""
        if self.task == "regression":
            return evaluate_regression(self.actual, self.predicted, name=name)
        if self.task == "quantile":
            return evaluate_quantile(self.actual, self.probability, self.levels, name=name)
        if self.task == "clustering":
            return evaluate_clusters(self.predicted, self.probability, clusters=self.classes, name=name)
        judge = evaluate_multiclass if self.task == "multiclass" else evaluate_two_class
        return judge(self.actual, self.predicted, self.probability, classes=self.classes, name=name)


def scores_of(manifest: ModelManifest, estimator: Any, table: Table) -> Scores:
    """What a model that was just fitted says of a table with its label."""
    return read_scores(scored(manifest, estimator, table), port="dataset")


def scored(manifest: ModelManifest, estimator: Any, table: Table) -> Table:
    model = TrainedModel(manifest=manifest, estimator=estimator, reference=pl.DataFrame())
    return score_table(model, table, append=True)


def read_scores(table: Table, *, port: str) -> Scores:
    """Raises Refusal: no_score_column, no_label_column, no_rows, label_not_numeric, label_not_two_class."""
    label, said = true_label(table.schema), scored_label(table.schema)
    assert said is not None
    task = _task(said)
    numbers = [column for column in table.schema.columns if column.role.startswith("scored_") and column != said]
    judged = [said, *numbers] if task == "clustering" or label is None else [label, said, *numbers]
    names = [column.name for column in judged]
    complete = table.frame.select(pl.all_horizontal(pl.col(names).is_not_null())).to_series()
    frame = table.frame.select(names).filter(complete)
    if not frame.height:
        message = _("There is no row with both a label and a score.")
        hint = _("Check that Score Model got rows, and that their label is known.")
        raise Refusal("no_rows", message, hint=hint, status=422, where=Where(port=port))
    if task == "clustering":
        return _clustering(frame, said, numbers, kept=complete)
    assert label is not None
    if task in ("regression", "quantile"):
        actual, predicted = (_numbers(frame, column, port) for column in (label, said))
        numbers.sort(key=lambda column: float(column.class_name or 0))
        levels = tuple(column.class_name for column in numbers) if task == "quantile" else ()
        quantiles = _matrix(frame, numbers) if levels else None
        return Scores(
            task=task, actual=actual, predicted=predicted, probability=quantiles, classes=levels, kept=complete
        )
    read = {"multiclass": _multiclass, "anomaly": _anomaly}.get(task, _two_class)
    return read(task, frame, label, said, numbers, port=port, kept=complete)


def _task(said: Column) -> Task:
    if said.task not in METRICS:
        message = _("The score column does not say for which kind of task it is.")
        raise Refusal("no_score_column", message, hint=_("Connect the output of Score Model."), status=422)
    return cast("Task", said.task)


def _numbers(frame: pl.DataFrame, column: Column, port: str) -> Any:
    if not frame.schema[column.name].is_numeric():
        message = _("Column '%(name)s' must hold numbers to be compared with predicted numbers.") % {
            "name": column.name
        }
        hint = _("Make it a number with Edit Metadata.")
        raise Refusal("label_not_numeric", message, hint=hint, status=422, where=Where(port=port, column=column.name))
    return frame[column.name].cast(pl.Float64).to_numpy()


def _two_class(
    task: Task,
    frame: pl.DataFrame,
    label: Column,
    said: Column,
    shares: list[Column],
    *,
    port: str,
    kept: pl.Series,
) -> Scores:
    found = _in_order(frame, label, said)
    positive = (shares[0].class_name if shares else "") or found[-1]
    others = [name for name in found if name != positive]
    if len(others) > 1:
        message = _("The label column '%(name)s' holds more than two classes: %(names)s.") % {
            "name": label.name,
            "names": ", ".join(found[:5]),
        }
        hint = _("Score a table with the same two classes as in training.")
        raise Refusal("label_not_two_class", message, hint=hint, status=422, where=Where(port=port, column=label.name))
    actual, predicted = ((frame[column.name].cast(pl.String) == positive).to_numpy() for column in (label, said))
    return Scores(
        task=task,
        actual=actual,
        predicted=predicted,
        probability=frame[shares[0].name].cast(pl.Float64).to_numpy() if shares else None,
        classes=(others[0] if others else "", positive),
        kept=kept,
    )


def _anomaly(
    task: Task,
    frame: pl.DataFrame,
    label: Column,
    said: Column,
    shares: list[Column],
    *,
    port: str,
    kept: pl.Series,
) -> Scores:
    """The label says 1 or true for an anomaly."""
    truth = frame[label.name].cast(pl.String).str.to_lowercase().str.replace(r"\.0$", "")
    strange = truth.filter(~truth.is_in([*ANOMALIES, *ORDINARY]))
    if strange.len():
        message = _(
            "The label column '%(name)s' must say 1 or true for an anomaly, else 0; it holds '%(strange)s'."
        ) % {"name": label.name, "strange": strange[0]}
        hint = _("Make it 0 and 1 with Edit Metadata or Apply Math Operation, then mark it as label.")
        raise Refusal("label_not_two_class", message, hint=hint, status=422, where=Where(port=port, column=label.name))
    flagged = frame[said.name].cast(pl.String).str.to_lowercase()
    return Scores(
        task=task,
        actual=truth.is_in(ANOMALIES).to_numpy(),
        predicted=flagged.is_in(ANOMALIES).to_numpy(),
        probability=frame[shares[0].name].cast(pl.Float64).to_numpy() if shares else None,
        classes=("0", "1"),
        kept=kept,
    )


def _clustering(frame: pl.DataFrame, said: Column, distances: list[Column], *, kept: pl.Series) -> Scores:
    clusters = tuple(column.class_name for column in distances)
    places = {name: place for place, name in enumerate(clusters)}
    assigned = frame[said.name].cast(pl.String).replace_strict(places, return_dtype=pl.Int64).to_numpy()
    distance = _matrix(frame, distances)
    return Scores(
        task="clustering", actual=assigned, predicted=assigned, probability=distance, classes=clusters, kept=kept
    )


def _matrix(frame: pl.DataFrame, columns: list[Column]) -> Any:
    return frame.select(pl.col(column.name).cast(pl.Float64) for column in columns).to_numpy()


def _multiclass(
    task: Task,
    frame: pl.DataFrame,
    label: Column,
    said: Column,
    shares: list[Column],
    *,
    port: str,
    kept: pl.Series,
) -> Scores:
    known = [column.class_name for column in shares]
    classes = known + [name for name in _in_order(frame, label, said) if name not in known]
    places = {name: place for place, name in enumerate(classes)}
    actual, predicted = (
        frame[column.name].cast(pl.String).replace_strict(places, return_dtype=pl.Int64).to_numpy()
        for column in (label, said)
    )
    probability = None
    if shares:
        probability = np.zeros((frame.height, len(classes)))
        probability[:, : len(known)] = frame.select([column.name for column in shares]).to_numpy()
    return Scores(
        task=task, actual=actual, predicted=predicted, probability=probability, classes=tuple(classes), kept=kept
    )


def _in_order(frame: pl.DataFrame, label: Column, said: Column) -> list[str]:
    """All values of label and score, as text, in the order of the label's type."""
    actual, predicted = frame[label.name].unique(), frame[said.name].unique()
    if actual.dtype == predicted.dtype:
        both = pl.concat([actual, predicted.alias(label.name)]).unique().sort()
        return cast("list[str]", both.cast(pl.String).to_list())
    return sorted({*actual.cast(pl.String).to_list(), *predicted.cast(pl.String).to_list()})
