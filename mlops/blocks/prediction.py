"""What an estimator predicts for a matrix, as the score columns of the task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import polars as pl

from mlops.blocks.casting import cast_column
from mlops.blocks.catalogue import block, component
from mlops.blocks.components.score_model import LABELS, PROBABILITIES, probability_name
from mlops.blocks.features import matrix, missing_in, unknown_in
from mlops.blocks.learners import UNKNOWN_LEVELS
from mlops.blocks.transforms import missing_value
from mlops.formats.model import ModelManifest
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.table import ColumnType


def tolerates_missing(algorithm: str) -> bool:
    return component(algorithm).tolerates_missing


def predict(manifest: ModelManifest, estimator: Any, frame: pl.DataFrame) -> pl.DataFrame:
    """The score columns for a table that holds the model's feature columns. What is no matrix of numbers, such as
    images or pairs of user and item, is predicted by its component's own `predict(manifest, estimator, frame)`."""
    own: Any = getattr(block(manifest.algorithm), "predict", None)
    if own is not None:
        return cast("pl.DataFrame", own(manifest, estimator, frame))
    if not tolerates_missing(manifest.algorithm):
        gap = missing_in(frame, manifest.features)
        if gap is not None:
            raise missing_value(gap[0], row=gap[2])
    if manifest.parameters.get(UNKNOWN_LEVELS.name) is False:
        _require_known(manifest, frame)
    cells = matrix(frame, manifest.features)
    if not tolerates_missing(manifest.algorithm) and not np.isfinite(cells).all():
        raise _infinite(manifest, cells)
    if not frame.height:
        return _empty(manifest)
    if manifest.task == "regression":
        return pl.DataFrame({LABELS: np.asarray(estimator.predict(cells), dtype=np.float64)})
    return _classified(manifest, _probabilities(estimator, cells))


def class_values(classes: Sequence[str], type_: ColumnType) -> pl.Series:
    """Class names as values of the label's type."""
    return cast_column(pl.Series(LABELS, list(classes), dtype=pl.String), type_)


def _probabilities(estimator: Any, cells: Any) -> Any:
    return np.asarray(estimator.predict_proba(cells), dtype=np.float64)


def _classified(manifest: ModelManifest, probabilities: Any) -> pl.DataFrame:
    labels = class_values(manifest.classes, manifest.label_type)[probabilities.argmax(axis=1)]
    if manifest.task == "two_class":
        return pl.DataFrame({LABELS: labels, PROBABILITIES: probabilities[:, 1]})
    shares = {probability_name(name): probabilities[:, place] for place, name in enumerate(manifest.classes)}
    return pl.DataFrame({LABELS: labels, **shares})


def _empty(manifest: ModelManifest) -> pl.DataFrame:
    if manifest.task == "regression":
        return pl.DataFrame(schema={LABELS: pl.Float64})
    return _classified(manifest, np.zeros((0, len(manifest.classes))))


def _require_known(manifest: ModelManifest, frame: pl.DataFrame) -> None:
    unknown = unknown_in(frame, manifest.features)
    if unknown is None:
        return
    column, value, row = unknown
    known = next(feature.categories for feature in manifest.features if feature.column == column)
    message = f"Row {row + 1}, column '{column}': '{value}' did not occur in training and is refused."
    hint = nearest(value, known) or "Train with 'Allow unknown categorical levels' to take it."
    where = Where(column=column, row=row, value=value)
    raise Refusal("unknown_category", message, hint=hint, status=422, where=where)


def _infinite(manifest: ModelManifest, cells: Any) -> Refusal:
    row, place = (int(found) for found in np.argwhere(~np.isfinite(cells))[0])
    column = _column_at(manifest, place)
    message = f"Row {row + 1}, column '{column}': the value is infinite or too large."
    hint = "Send a finite number of ordinary size."
    return Refusal("infinite_value", message, hint=hint, status=422, where=Where(column=column, row=row))


def _column_at(manifest: ModelManifest, place: int) -> str:
    for feature in manifest.features:
        if place < feature.width:
            return feature.column
        place -= feature.width
    return ""
