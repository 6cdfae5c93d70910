"""Adds to a trained model how much each of its columns counts: from the estimator itself, or by shuffling columns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mlops.blocks.call import Reporter, Silent
from mlops.blocks.importance import importance_of
from mlops.blocks.measures import MEASURED_TASKS, metric_key
from mlops.blocks.permuting import permutation_importance
from mlops.blocks.values import Table, TrainedModel

MOST_ROWS = 2_000
REPEATS = 3


def explained(model: TrainedModel, table: Table, *, cells: Any, seed: int, report: Reporter) -> TrainedModel:
    """Shares that add up to 1, largest first; unchanged where the task has no measure to explain by."""
    shares = importance_of(model.estimator, cells, model.manifest.features)
    if not shares:
        shares = _by_shuffling(model, table, seed=seed)
        if shares:
            report.log(f"Importance by shuffling each column on up to {MOST_ROWS:,} training rows.")
    for column, share in shares.items():
        report.log(f"{column}: {share:.1%} of the model's weight")
    return replace(model, importance=shares)


def _by_shuffling(model: TrainedModel, table: Table, *, seed: int) -> dict[str, float]:
    task = model.manifest.task
    if task not in MEASURED_TASKS:
        return {}
    rows = table.frame.sample(min(table.frame.height, MOST_ROWS), seed=seed)
    metric = metric_key(task, classification="average_log_loss", regression="root_mean_squared_error")
    sample = Table(frame=rows, meta=table.meta)
    found = permutation_importance(model, sample, metric=metric, seed=seed, repeats=REPEATS, report=Silent())
    helpful = {one.column: max(one.importance, 0.0) for one in found.columns}
    total = sum(helpful.values()) or 1.0
    return {column: value / total for column, value in helpful.items()}
