"""The manifest of a freshly trained model: what it is, where its columns come from, and what it asks for."""

from __future__ import annotations

from typing import cast

import polars as pl

from mlops.blocks.catalogue import block
from mlops.blocks.components.train_model import NUMERIC
from mlops.blocks.distributions import installed_version
from mlops.blocks.learners import inner_name
from mlops.blocks.prediction import tolerates_missing
from mlops.blocks.quantiles import quantile_names
from mlops.blocks.recipe import reduced, required_columns
from mlops.blocks.signatures import describe_signature
from mlops.blocks.values import Learner, Table
from mlops.formats.model import Feature, ModelManifest, Task
from mlops.formats.table import ColumnType, TableSchema
from mlops.formats.transform import Cast, Transform
from mlops.stats.schema import column_type


def manifest_of(
    table: Table, label: str, learner: Learner, features: tuple[Feature, ...], classes: tuple[str, ...]
) -> ModelManifest:
    """`label`: empty where the learner has none. `classes`: as in the manifest."""
    names = [feature.column for feature in features]
    recipe, source = _way_back(table, features, label)
    task = cast("Task", learner.task)
    label_type = _label_type(table, label, task)
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


def _label_type(table: Table, label: str, task: Task) -> ColumnType:
    if not label:
        return "integer"
    return "decimal" if task in NUMERIC else column_type(table.frame.schema[label])


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
