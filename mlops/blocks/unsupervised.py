"""Trains models that need no label, clusterings and anomaly detectors, and checks that they score alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from mlops.blocks.catalogue import block
from mlops.blocks.checking import checked
from mlops.blocks.features import matrix
from mlops.blocks.manifests import manifest_of
from mlops.blocks.preparing import features_of, require_finite, weights_of
from mlops.blocks.score_columns import ASSIGNMENTS
from mlops.blocks.scoring import score_table
from mlops.blocks.selection import chosen_columns
from mlops.blocks.training import single
from mlops.blocks.values import Learner, Table, TrainedModel
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value


def train_detector(call: Call) -> TrainedModel:
    """From all columns that are features; a label is left out and serves to evaluate."""
    table = call.table("dataset")
    names = [column.name for column in table.schema.columns if column.role == "feature"]
    return _trained(single(call.learner("untrained_model"), call), table, names, call, classes=())


def train_clusters(call: Call) -> dict[str, Value]:
    learner, table = single(call.learner("untrained_model"), call), call.table("dataset")
    names = chosen_columns(call.parameters["column_set"], table.schema, parameter="column_set")
    mode = learner.parameters["assign_label_mode"]
    labels = {column.name for column in table.schema.columns if column.role == "label"}
    names = tuple(name for name in names if name not in labels)
    classes = tuple(str(number) for number in range(int(learner.parameters["number_of_centroids"])))
    model = _trained(learner, table, names, call, classes=classes)
    results = score_table(model, table, append=True)
    if labels and mode != "ignore":
        results = _relabelled(results, next(iter(labels)), fill=mode == "fill_missing_values")
    if not call.parameters["append_or_result_only"]:
        results = score_table(model, table, append=False)
    return {"trained_model": model, "results_dataset": results}


def _trained(
    learner: Learner, table: Table, names: Sequence[str], call: Call, *, classes: tuple[str, ...]
) -> TrainedModel:
    if table.frame.height < 2:
        few, none = _("There is one row to learn from; at least two are needed."), _("There are no rows to learn from.")
        message = few if table.frame.height else none
        where = Where(port="dataset")
        raise Refusal("too_few_rows", message, hint=_("Check the steps before."), status=422, where=where)
    features = features_of(table, names, learner)
    cells = matrix(table.frame, features)
    require_finite(cells, features, learner)
    call.report.log(f"Training on {table.frame.height} rows with {len(features)} columns.")
    call.report.progress(0.1)
    build: Any = block(learner.component)
    fitting = build.estimator(learner.parameters, seed=call.seed)
    estimator = fitting.fit(cells, weights=weights_of(table), log=call.report.log)
    call.report.progress(0.8)
    manifest = manifest_of(table, "", learner, features, classes)
    return checked(manifest, estimator, table, report=call.report)


def _relabelled(table: Table, label: str, *, fill: bool) -> Table:
    """Missing labels become the commonest of the cluster, or all labels that of the row nearest to its centre."""
    frame = table.frame
    distance = pl.min_horizontal(pl.col([c.name for c in table.schema.columns if c.role == "scored_distance"]))
    known = pl.col(label).drop_nulls()
    nearest = pl.col(label).sort_by(distance).drop_nulls().first()
    commonest = known.mode().sort().first()
    by_cluster = frame.group_by(ASSIGNMENTS).agg((commonest if fill else nearest).alias("__label__"))
    joined = frame.join(by_cluster, on=ASSIGNMENTS, how="left", maintain_order="left")
    new = pl.coalesce(label, "__label__") if fill else pl.coalesce("__label__", label)
    return replace(table.in_memory(), frame=joined.with_columns(new.alias(label)).drop("__label__"))
