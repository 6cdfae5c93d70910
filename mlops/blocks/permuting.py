"""Permutation importance: how much worse a model gets when one column's values are dealt out anew (Breiman, 2001)."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from mlops.blocks.call import Reporter
from mlops.blocks.judging import scores_of
from mlops.blocks.measures import larger_is_better, metric_words
from mlops.blocks.values import Table, TrainedModel
from mlops.formats.finding import ColumnImportance, Importance
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _


def permutation_importance(
    model: TrainedModel, table: Table, *, metric: str, seed: int, repeats: int, report: Reporter
) -> Importance:
    """In units of the metric, positive where the column helps; the most important first.

    Each repeat of each column has a draw of its own, so that the result does not hang on the order of work."""
    manifest, estimator = model.manifest, model.estimator
    table = _only_needed(table, model)
    base = _measured(scores_of(manifest, estimator, table).metrics(), metric)
    sign = 1.0 if larger_is_better(metric) else -1.0
    found = []
    columns = [feature.column for feature in manifest.features]
    for place, column in enumerate(columns):
        losses = []
        for repeat in range(repeats):
            order = np.random.default_rng([seed, place, repeat]).permutation(table.frame.height)
            shuffled = table.frame.with_columns(table.frame[column].gather(order))
            scores = scores_of(manifest, estimator, _with_frame(table, shuffled))
            losses.append(sign * (base - _measured(scores.metrics(), metric)))
        deviation = float(np.std(losses, ddof=1)) if repeats > 1 else 0.0
        found.append(ColumnImportance(column=column, importance=float(np.mean(losses)), deviation=deviation))
        report.progress(0.05 + 0.9 * (place + 1) / len(columns))
    found.sort(key=lambda one: -one.importance)
    return Importance(metric=metric, base=base, repeats=repeats, columns=tuple(found))


def _only_needed(table: Table, model: TrainedModel) -> Table:
    names = [feature.column for feature in model.manifest.features]
    label = model.manifest.label
    columns = tuple(
        msgspec.structs.replace(column, role="label" if column.name == label else column.role)
        for column in table.schema.columns
        if column.name in names or column.name == label
    )
    frame = table.frame.select([column.name for column in columns])
    schema = msgspec.structs.replace(table.schema, columns=columns)
    return Table(frame=frame, meta=msgspec.structs.replace(table.meta, schema=schema))


def _with_frame(table: Table, frame: Any) -> Table:
    return Table(frame=frame, meta=table.meta)


def _measured(metrics: dict[str, float], key: str) -> float:
    if key in metrics:
        return metrics[key]
    message = _("The metric '%(metric_words)s' is not defined for this table.") % {"metric_words": metric_words(key)}
    hint = _("It needs a label with different values and, for AUC and log loss, probabilities. Choose another metric.")
    raise Refusal("metric_undefined", message, hint=hint, status=422)
