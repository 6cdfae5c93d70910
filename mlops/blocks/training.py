"""Trains a model on a table and checks that it scores alone as it does in the pipeline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import polars as pl

from mlops.blocks.catalogue import block
from mlops.blocks.checking import checked
from mlops.blocks.components.train_model import feature_names
from mlops.blocks.distributions import installed_version
from mlops.blocks.explaining import explained
from mlops.blocks.features import build_features, matrix, missing_in
from mlops.blocks.learners import inner_name
from mlops.blocks.learning.fit import fit
from mlops.blocks.prediction import tolerates_missing
from mlops.blocks.quantiles import quantile_names
from mlops.blocks.ranges import settled
from mlops.blocks.recipe import reduced, required_columns
from mlops.blocks.signatures import describe_signature
from mlops.blocks.values import Learner, Table, TrainedModel
from mlops.formats.model import Feature, ModelManifest, Task
from mlops.formats.refusal import Refusal, Where
from mlops.formats.table import ColumnType, TableSchema
from mlops.formats.transform import Cast, Transform
from mlops.stats.schema import column_type

if TYPE_CHECKING:
    from mlops.blocks.call import Call, Reporter

MOST_CLASSES = 1_000
NUMERIC = ("regression", "quantile")


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What came of learning, before it is checked. `cells`: the matrix that the estimator learned from."""

    manifest: ModelManifest
    estimator: Any
    cells: Any


def train(call: Call) -> TrainedModel:
    learner, table = _single(call.learner("untrained_model"), call), call.table("dataset")
    label = call.parameters["label_column"]
    learned = learn(learner, table, label=label, seed=call.seed, report=call.report)
    model = checked(learned.manifest, learned.estimator, table, report=call.report)
    if not call.parameters["model_explanations"]:
        return model
    return explained(model, table, cells=learned.cells, seed=call.seed, report=call.report)


def learn(learner: Learner, table: Table, *, label: str, seed: int, report: Reporter) -> Learned:
    """Fits the learner to the table's rows. Raises Refusal for data that it cannot learn from."""
    target, classes = _target(table.frame[label], learner.task)
    features = _features(table, label, learner)
    cells = matrix(table.frame, features)
    _require_finite(cells, features, learner)
    report.log(f"Training on {table.frame.height} rows with {len(features)} columns ({cells.shape[1]} numbers each).")
    report.progress(0.1)
    estimator = fit(learner, cells, target, weights=_weights(table), seed=seed, log=report.log)
    report.progress(0.8)
    _tell_if_unfinished(estimator, report)
    return Learned(manifest=_manifest(table, label, learner, features, classes), estimator=estimator, cells=cells)


def _single(learner: Learner, call: Call) -> Learner:
    parameters, said = settled(learner.component, learner.parameters)
    if said:
        call.report.log(said)
    return replace(learner, parameters=parameters)


def _target(values: pl.Series, task: str) -> tuple[Any, tuple[str, ...]]:
    """The label as numbers, or as class indices with the names of the classes."""
    where = Where(parameter="label_column", column=values.name)
    if values.len() < 2:
        message = f"There {'is one row' if values.len() else 'are no rows'} to learn from; at least two are needed."
        raise Refusal(
            "too_few_rows", message, hint="Check the steps before: they left no rows.", status=422, where=where
        )
    if values.null_count():
        row = values.is_null().arg_max() or 0
        message = (
            f"The label column '{values.name}' has {values.null_count()} missing values; the first is in row {row + 1}."
        )
        hint = "Put Clean Missing Data with 'Remove entire row' on the label column before Train Model."
        where = Where(parameter="label_column", column=values.name, row=row)
        raise Refusal("label_missing", message, hint=hint, status=422, where=where)
    if task in NUMERIC:
        return _numeric_target(values, where), ()
    distinct = values.unique().sort()
    if distinct.len() > MOST_CLASSES:
        message = f"The label column '{values.name}' holds {distinct.len():,} different values, too many for classes."
        hint = "Choose another label, or use a regression learner for numbers."
        raise Refusal("too_many_classes", message, hint=hint, status=422, where=where)
    classes = tuple(distinct.cast(pl.String).to_list())
    if task == "two_class" and len(classes) != 2:
        shown = ", ".join(f"'{name}'" for name in classes[:5]) + (", …" if len(classes) > 5 else "")
        message = f"The label column '{values.name}' must hold exactly 2 values; it holds {len(classes)}: {shown}."
        hint = (
            "Use a multi-class learner, or choose another label."
            if len(classes) > 2
            else "Train on rows of both classes."
        )
        raise Refusal("label_not_two_class", message, hint=hint, status=422, where=where)
    if len(classes) < 2:
        message = f"The label column '{values.name}' holds one single value, '{classes[0]}': there is nothing to learn."
        raise Refusal("label_constant", message, hint="Train on rows of several classes.", status=422, where=where)
    places = {name: place for place, name in enumerate(classes)}
    return values.cast(pl.String).replace_strict(places, return_dtype=pl.Int64).to_numpy(), classes


def _numeric_target(values: pl.Series, where: Where) -> Any:
    target = values.cast(pl.Float64).to_numpy()
    if not np.isfinite(target).all():
        row = int(np.argmin(np.isfinite(target)))
        message = f"The label column '{values.name}' holds an infinite value in row {row + 1}."
        where = Where(parameter="label_column", column=values.name, row=row)
        raise Refusal("infinite_value", message, hint="Remove such rows first.", status=422, where=where)
    if np.ptp(target) == 0:
        message = f"The label column '{values.name}' holds one single value, {target[0]:g}: there is nothing to learn."
        raise Refusal("label_constant", message, hint="Train on rows with different labels.", status=422, where=where)
    return target


def _features(table: Table, label: str, learner: Learner) -> tuple[Feature, ...]:
    names = feature_names(table.schema, label)
    features = build_features(table.frame, table.schema, names)
    if not features:
        message = f"There is no column left to learn from besides the label '{label}'."
        hint = "Select at least one more column in Select Columns in Dataset."
        raise Refusal("no_features", message, hint=hint, status=422, where=Where(port="dataset"))
    gap = None if tolerates_missing(learner.component, learner.parameters) else missing_in(table.frame, features)
    if gap is not None:
        column, count, row = gap
        title = block(learner.component).DEFINITION.title
        message = f"Column '{column}' has {count} missing values, and {title} cannot learn from gaps."
        hint = "Put Clean Missing Data before Train Model, or leave the column out."
        where = Where(port="dataset", column=column, row=row)
        raise Refusal("missing_values", message, hint=hint, status=422, where=where)
    return features


def _require_finite(cells: Any, features: tuple[Feature, ...], learner: Learner) -> None:
    if tolerates_missing(learner.component, learner.parameters) or np.isfinite(cells).all():
        return
    row, place = (int(found) for found in np.argwhere(~np.isfinite(cells))[0])
    owners = [feature.column for feature in features for _ in range(feature.width)]
    message = f"Row {row + 1}, column '{owners[place]}': the value is infinite or too large to learn from."
    where = Where(port="dataset", column=owners[place], row=row)
    raise Refusal("infinite_value", message, hint="Remove or replace such values first.", status=422, where=where)


def _weights(table: Table) -> Any:
    """The values of a column marked as weight, or None."""
    marked = [column.name for column in table.schema.columns if column.role == "weight"]
    if not marked:
        return None
    where = Where(port="dataset", column=marked[0])
    if len(marked) > 1:
        message = f"Columns '{marked[0]}' and '{marked[1]}' are both marked as weights; only one can be."
        raise Refusal("several_weights", message, hint="Clear one with Edit Metadata.", status=422, where=where)
    values = table.frame[marked[0]]
    if not values.dtype.is_numeric() or values.null_count() or not (values >= 0).all() or not values.sum():
        message = f"The weight column '{marked[0]}' must hold a number of at least 0 in every row."
        raise Refusal("weights_invalid", message, hint="Clean the column first.", status=422, where=where)
    return values.cast(pl.Float64).to_numpy()


def _tell_if_unfinished(estimator: Any, report: Reporter) -> None:
    learned = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
    if hasattr(learned, "coef_") and hasattr(learned, "tol") and learned.tol is not None:
        iterations = int(np.max(getattr(learned, "n_iter_", None) or 0))
        if iterations >= (learned.max_iter or np.inf):
            report.log(
                f"The optimizer stopped after {iterations} iterations, before it reached the tolerance. "
                "The model can be used; fewer rows or columns, or a larger tolerance, would let it finish."
            )


def _manifest(
    table: Table, label: str, learner: Learner, features: tuple[Feature, ...], classes: tuple[str, ...]
) -> ModelManifest:
    names = [feature.column for feature in features]
    recipe, source = _way_back(table, features, label)
    task = cast("Task", learner.task)
    label_type: ColumnType = "decimal" if task in NUMERIC else column_type(table.frame.schema[label])
    complete = not tolerates_missing(learner.component, learner.parameters)
    required = required_columns(recipe, source, features=names, complete=complete)
    classes = classes or _quantiles(learner)
    framework, version = _framework(inner_name(learner.component, learner.parameters))
    return ModelManifest(
        task=task,
        algorithm=learner.component,
        label=label,
        classes=classes,
        label_type=label_type,
        source=source,
        recipe=recipe,
        features=features,
        signature=describe_signature(
            table, recipe, source, features, required=required, task=task, classes=classes, label_type=label_type
        ),
        framework=framework,
        framework_version=version,
        parameters=learner.parameters,
        trained_rows=table.frame.height,
        sources=table.meta.sources,
        broken=table.meta.broken,
    )


def _quantiles(learner: Learner) -> tuple[str, ...]:
    if learner.task != "quantile":
        return ()
    return quantile_names(learner.parameters["quantiles_to_be_estimated"])


def _way_back(table: Table, features: tuple[Feature, ...], label: str) -> tuple[tuple[Transform, ...], TableSchema]:
    """Where the way back is lost, the model starts from the training table itself."""
    names = [feature.column for feature in features]
    texts = tuple(
        Cast(column=feature.column, type="string")
        for feature in features
        if feature.kind == "categorical" and table.frame.schema[feature.column] != pl.String
    )
    start = table.schema if table.meta.source is None else table.meta.source
    return reduced((*table.meta.recipe, *texts), start, features=names, label=label)


def _framework(component: str) -> tuple[str, str]:
    framework = block(component).DEFINITION.framework
    return framework, installed_version(framework)[1]
