"""Checks a freshly trained model: it must score rows of the dataset alone as it does in the pipeline.

Rows are scored in one batch, and by or behind a script also one by one, because a script may mix rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import polars as pl

from mlops.blocks.prediction import predict
from mlops.blocks.scoring import LoadedModel
from mlops.blocks.values import Table, TrainedModel
from mlops.formats.kept import ROW
from mlops.formats.model import ModelManifest
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.transform import Replay, RunPython
from mlops.stats.schema import storage_type

if TYPE_CHECKING:
    from mlops.blocks.call import Reporter

RELATIVE_TOLERANCE = 1e-6
SINGLE_ROWS = 20
LOST_ROWS = "A script before Train Model changes which rows there are, so rows cannot be followed."


def checked(manifest: ModelManifest, estimator: Any, table: Table, *, report: Reporter) -> TrainedModel:
    """The model with its reference rows, marked as broken where it cannot be scored alone.

    Refusal `inference_mismatch` where it can, but the scores differ; `training_diverged` where there are none."""
    _require_finite_scores(manifest, estimator, table)
    broken = manifest.broken or ("" if table.origin is not None else LOST_ROWS)
    if not broken:
        broken = _compared(manifest, estimator, table, report=report)
    if broken:
        report.log(f"This model cannot be deployed: {broken}")
        manifest = msgspec.structs.replace(manifest, broken=broken)
    return TrainedModel(manifest=manifest, estimator=estimator, reference=_reference(manifest, table))


def _require_finite_scores(manifest: ModelManifest, estimator: Any, table: Table) -> None:
    scores = predict(manifest, estimator, table.frame.head(100)).select(pl.selectors.float())
    if not np.isfinite(scores.to_numpy()).all():
        message = _("The training diverged: the model predicts no finite numbers.")
        hint = _("Lower the learning rate, or normalize the columns.")
        raise Refusal("training_diverged", message, hint=hint, status=422, where=Where(parameter="learning_rate"))


def _compared(manifest: ModelManifest, estimator: Any, table: Table, *, report: Reporter) -> str:
    """Why requests cannot be scored, or nothing."""
    assert table.origin is not None
    assert table.reference is not None
    known = table.reference.filter(pl.col(ROW).is_in(table.origin.implode()))
    if not known.height:
        report.log("No row of the sample is among the training rows, so scoring alone could not be checked.")
        return ""
    has_script = any(isinstance(step, RunPython) for step in manifest.recipe)
    mixes = has_script or manifest.algorithm == "create_python_model"
    try:
        alone = _scored_alone(manifest, estimator, known.drop(ROW), one_by_one=mixes)
    except Refusal as refusal:
        if not has_script:
            raise _mismatch(refusal.message, column=refusal.where.column) from refusal
        return (
            f"The script before Train Model does not work on requests, which come without the label: {refusal.message}"
        )
    if any(isinstance(step, Replay) and step.out_of_fold for step in manifest.recipe):
        report.log("Training rows carry out-of-fold values, so their scores differ from those of requests on purpose.")
        return ""
    piped = _scored_in_pipeline(manifest, estimator, table, known[ROW])
    for scores in alone:
        _require_equal(scores.drop("place"), piped[scores["place"]])
    report.log(f"Checked: {known.height} rows of the dataset score alone as in the pipeline.")
    return ""


def _scored_alone(
    manifest: ModelManifest, estimator: Any, rows: pl.DataFrame, *, one_by_one: bool
) -> list[pl.DataFrame]:
    """Scores of the whole batch, and of single rows spread over it; `place` says of which rows."""
    model = LoadedModel(manifest=manifest, estimator=estimator)
    places = np.arange(rows.height)
    found = [model.score(rows).with_columns(place=pl.Series(places))]
    if one_by_one:
        chosen = np.unique(np.linspace(0, rows.height - 1, SINGLE_ROWS).astype(int)).tolist()
        found.append(pl.concat([model.score(rows[[place]]).with_columns(place=pl.lit(place)) for place in chosen]))
    return found


def _scored_in_pipeline(manifest: ModelManifest, estimator: Any, table: Table, rows: pl.Series) -> pl.DataFrame:
    """A row of the dataset that is in the table several times is looked at where it comes first."""
    places = pl.DataFrame({ROW: table.origin}).with_row_index("place").unique(ROW, keep="first", maintain_order=True)
    order = rows.to_frame().join(places, on=ROW, how="left", maintain_order="left")["place"]
    return predict(manifest, estimator, table.frame[order])


def _require_equal(alone: pl.DataFrame, piped: pl.DataFrame) -> None:
    """Labels follow from the numbers, so numbers are compared."""
    for name in alone.select(pl.selectors.float()).columns:
        first, second = alone[name], piped[name]
        scale = max(float(np.abs(second.to_numpy()).max(initial=0.0)), 1e-12)
        unequal = (first - second).abs() > RELATIVE_TOLERANCE * scale
        if unequal.any():
            row = unequal.arg_max() or 0
            shown = f"{first[row]:g} alone and {second[row]:g} in the pipeline"
            counted = _("%(differing)s of %(count)s rows differ in '%(name)s', for example %(shown)s") % {
                "differing": int(unequal.sum()),
                "count": first.len(),
                "name": name,
                "shown": shown,
            }
            raise _mismatch(counted, column=None)


def _reference(manifest: ModelManifest, table: Table) -> pl.DataFrame:
    """Source rows that the model can score; none where the way back is lost."""
    if manifest.broken or table.reference is None:
        return pl.DataFrame(schema={column.name: storage_type(column.type) for column in manifest.source.columns})
    rows = table.reference.select(manifest.source.names)
    needed = [field.name for field in manifest.signature.inputs if field.required]
    return rows.drop_nulls(needed) if needed else rows


def _mismatch(reason: str, *, column: str | None) -> Refusal:
    message = _("The model does not score rows alone as it does in the pipeline: %(reason)s.") % {
        "reason": reason.rstrip(".")
    }
    hint = _("A script before Train Model must treat each row by itself, without sums or means over all rows.")
    return Refusal("inference_mismatch", message, hint=hint, status=422, where=Where(port="dataset", column=column))
