"""Scores images: those of a directory in a pipeline, and those of a request, which come as base64 text."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

import polars as pl

from mlops.blocks.components.score_image_model import scored_columns
from mlops.blocks.image_reading import open_image
from mlops.blocks.image_training import IMAGE_COLUMN
from mlops.blocks.score_columns import LABELS, probability_name
from mlops.blocks.values import Table, TrainedModel, new_table
from mlops.formats.model import ModelManifest
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import TableSchema

if TYPE_CHECKING:
    from mlops.blocks.images import ImageDirectory

AT_ONCE = 64


def predict_images(manifest: ModelManifest, estimator: Any, frame: pl.DataFrame) -> pl.DataFrame:
    """For a column of base64 texts; a `data:` address is taken as well."""
    pictures = [_picture(text, row) for row, text in enumerate(frame[IMAGE_COLUMN].cast(pl.String).to_list())]
    return _scores(manifest, estimator.predict_proba(pictures))


def score_directory(model: TrainedModel, images: ImageDirectory) -> Table:
    """One row an image, with the category that it has as the label."""
    parts = []
    for start in range(0, max(images.listing.height, 1), AT_ONCE):
        places = range(start, min(start + AT_ONCE, images.listing.height))
        names = images.listing["Image"]
        found = zip(places, images.bytes_of(places), strict=True)
        pictures = [open_image(content, name=names[place]) for place, content in found]
        parts.append(_scores(model.manifest, model.estimator.predict_proba(pictures)))
    frame = images.listing.hstack(pl.concat(parts))
    sources = tuple(dict.fromkeys(images.sources + model.manifest.sources))
    schema = TableSchema(columns=scored_columns(model.manifest.classes), row_count=frame.height)
    table = new_table(frame, sources=sources, schema=schema)
    reason = _("The table comes from Score Image Model; its scores cannot be replayed for a request.")
    return table.broken(frame, schema=schema, reason=reason)


def _scores(manifest: ModelManifest, probabilities: Any) -> pl.DataFrame:
    labels = [manifest.classes[place] for place in probabilities.argmax(axis=1)]
    shares = {probability_name(name): probabilities[:, place] for place, name in enumerate(manifest.classes)}
    return pl.DataFrame({LABELS: pl.Series(labels, dtype=pl.String), **shares})


def _picture(text: str | None, row: int) -> Any:
    where = Where(column=IMAGE_COLUMN, row=row)
    content = (text or "").split(",", 1)[-1] if (text or "").startswith("data:") else (text or "")
    try:
        found = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        message = _("Row %(row)s: '%(image_column)s' is no base64 text.") % {
            "row": row + 1,
            "image_column": IMAGE_COLUMN,
        }
        hint = _("Send the bytes of the image file in base64.")
        raise Refusal("bad_image", message, hint=hint, status=422, where=where) from error
    if not found:
        message = _("Row %(row)s has no image.") % {"row": row + 1}
        raise Refusal("missing_value", message, hint=_("Send one in base64."), status=422, where=where)
    return open_image(found, name=f"row {row + 1}", row=row)
