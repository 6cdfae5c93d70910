"""What an estimator predicts for a matrix, as the score columns of the task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import polars as pl

from mlops.blocks.casting import cast_column
from mlops.blocks.catalogue import block, component
from mlops.blocks.features import matrix, missing_in, unknown_in
from mlops.blocks.learners import UNKNOWN_LEVELS, inner_name
from mlops.blocks.score_columns import LABELS, label_name, middle, number_names
from mlops.blocks.transforms import missing_value
from mlops.formats.model import ModelManifest, Task
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _
from mlops.formats.table import ColumnType

BLOCK_ROWS = 500_000
"""How many rows become numbers at once, so that a table of any length needs little memory."""


def tolerates_missing(algorithm: str, parameters: Mapping[str, Any] | None = None) -> bool:
    """Of a learner; one that wraps another is as tolerant as that (`parameters` say which)."""
    return component(inner_name(algorithm, parameters or {})).tolerates_missing


def unbearable(cells: Any, algorithm: str, parameters: Mapping[str, Any]) -> Any:
    """Mask of the cells that the learner cannot take: gaps and infinite ones, or, where gaps are tolerated, none;
    XGBoost takes gaps, but nothing infinite."""
    definition = component(inner_name(algorithm, parameters))
    if not definition.tolerates_missing:
        return ~np.isfinite(cells)
    return np.isinf(cells) if definition.framework == "xgboost" else np.zeros(1, dtype=bool)


def predict(manifest: ModelManifest, estimator: Any, frame: pl.DataFrame) -> pl.DataFrame:
    """The score columns for a table that holds the model's feature columns. What is no matrix of numbers, such as
    images or pairs of user and item, is predicted by its component's own `predict(manifest, estimator, frame)`."""
    own: Any = getattr(block(manifest.algorithm), "predict", None)
    if own is not None:
        return cast("pl.DataFrame", own(manifest, estimator, frame))
    tolerant = tolerates_missing(manifest.algorithm, manifest.parameters)
    gap = None if tolerant else missing_in(frame, manifest.features)
    if gap is not None:
        raise missing_value(gap[0], row=gap[2])
    if manifest.parameters.get(UNKNOWN_LEVELS.name) is False:
        _require_known(manifest, frame)
    if not frame.height:
        return answer_of(manifest, np.zeros((0, len(number_names(manifest.task, manifest.classes)))))
    numbers = [
        _block(manifest, estimator, frame.slice(start, BLOCK_ROWS), start=start, tolerant=tolerant)
        for start in range(0, frame.height, BLOCK_ROWS)
    ]
    return answer_of(manifest, numbers[0] if len(numbers) == 1 else np.concatenate(numbers))


def _block(manifest: ModelManifest, estimator: Any, frame: pl.DataFrame, *, start: int, tolerant: bool) -> Any:
    """The numbers of some rows, of which the first is row `start` of the table."""
    cells = matrix(frame, manifest.features)
    if not tolerant and not np.isfinite(cells).all():
        raise _infinite(manifest, cells, start=start)
    return np.asarray(_numbers(manifest.task, estimator, cells), dtype=np.float64)


def class_values(classes: Sequence[str], type_: ColumnType) -> pl.Series:
    """Class names as values of the label's type."""
    return cast_column(pl.Series(LABELS, list(classes), dtype=pl.String), type_)


def _numbers(task: Task, estimator: Any, cells: Any) -> Any:
    """[rows, numbers], as `number_names` names them."""
    if task == "regression":
        return np.reshape(estimator.predict(cells), (-1, 1))
    if task == "quantile":
        return estimator.predict(cells)
    if task == "clustering":
        return estimator.transform(cells)
    if task == "anomaly":
        return np.reshape(estimator.anomaly_scores(cells), (-1, 1))
    chances = estimator.predict_proba(cells)
    return chances[:, 1:] if task == "two_class" else chances


def answer_of(manifest: ModelManifest, numbers: Any) -> pl.DataFrame:
    names = number_names(manifest.task, manifest.classes)
    columns = {name: numbers[:, place] for place, name in enumerate(names)}
    return pl.DataFrame({label_name(manifest.task): _labels(manifest, numbers), **columns})


def _labels(manifest: ModelManifest, numbers: Any) -> Any:
    """The prediction that follows from the numbers."""
    if manifest.task == "regression":
        return numbers[:, 0]
    if manifest.task == "quantile":
        return numbers[:, middle(manifest.classes)]
    if manifest.task == "clustering":
        return numbers.argmin(axis=1)
    if manifest.task == "anomaly":
        return (numbers[:, 0] > 0.5).astype(np.int64)
    places = numbers[:, 0] > 0.5 if manifest.task == "two_class" else numbers.argmax(axis=1)
    return class_values(manifest.classes, manifest.label_type)[places.astype(np.int64)]


def _require_known(manifest: ModelManifest, frame: pl.DataFrame) -> None:
    unknown = unknown_in(frame, manifest.features)
    if unknown is None:
        return
    column, value, row = unknown
    known = next(feature.categories for feature in manifest.features if feature.column == column)
    message = _("Row %(row)s, column '%(column)s': '%(value)s' did not occur in training and is refused.") % {
        "row": row + 1,
        "column": column,
        "value": value,
    }
    hint = nearest(value, known) or _("Train with 'Allow unknown categorical levels' to take it.")
    where = Where(column=column, row=row, value=value)
    raise Refusal("unknown_category", message, hint=hint, status=422, where=where)


def _infinite(manifest: ModelManifest, cells: Any, *, start: int) -> Refusal:
    row, place = (int(found) for found in np.argwhere(unbearable(cells, manifest.algorithm, manifest.parameters))[0])
    row += start
    column = _column_at(manifest, place)
    message = _("Row %(row)s, column '%(column)s': the value is infinite or too large.") % {
        "row": row + 1,
        "column": column,
    }
    hint = _("Send a finite number of ordinary size.")
    return Refusal("infinite_value", message, hint=hint, status=422, where=Where(column=column, row=row))


def _column_at(manifest: ModelManifest, place: int) -> str:
    for feature in manifest.features:
        if place < feature.width:
            return feature.column
        place -= feature.width
    return ""
