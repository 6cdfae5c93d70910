"""Scores with a trained model: request rows through recipe and estimator, or a table as it stands in a pipeline.

Opens pickled estimators, so it runs in child processes only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from mlops.blocks.casting import cast_column
from mlops.blocks.components.score_model import missing_features
from mlops.blocks.inference import LoadedPipeline, load_pipeline
from mlops.blocks.prediction import predict
from mlops.blocks.problems import as_refusal
from mlops.blocks.score_columns import kept_columns, score_columns
from mlops.blocks.stored import StoredTable
from mlops.blocks.transforms import apply
from mlops.blocks.values import Table, TrainedModel
from mlops.formats.model import ModelManifest
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _
from mlops.formats.table import TableSchema
from mlops.stats.schema import conform, storage_type


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """A model that scores rows as they were in the dataset."""

    manifest: ModelManifest
    estimator: Any
    pipeline: LoadedPipeline | None = None

    def score(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Output columns for request columns, row by row. Columns that the model does not know are ignored.

        Raises Refusal: missing_column, missing_value, value_not_convertible, infinite_value, model_broken."""
        if self.manifest.broken:
            hint = _("Build the pipeline so that one dataset leads to Train Model.")
            raise Refusal("model_broken", self.manifest.broken, hint=hint, status=422)
        if self.pipeline is not None:
            return self.pipeline.answer(self._request(frame))
        return predict(self.manifest, self.estimator, self.prepared(frame))

    def prepared(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows as they are before they become numbers for the estimator. Not of an inference pipeline."""
        return apply(self.manifest.recipe, self._request(frame), at_scoring=True)

    def _request(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The source columns in their types; absent ones that may be missing are missing."""
        frame = conform(frame)
        columns = []
        for column in self.manifest.source.columns:
            if column.name in frame.columns:
                values = frame[column.name]
                empty = values.null_count() == values.len()
                columns.append(
                    values.cast(storage_type(column.type), strict=False) if empty else cast_column(values, column.type)
                )
                continue
            field = self.manifest.signature.input(column.name)
            if field is not None and field.required:
                raise _absent(column.name, frame.columns)
            columns.append(pl.Series(column.name, [None] * frame.height, dtype=storage_type(column.type)))
        return pl.DataFrame(columns)


def load_model(folder: str | Path) -> LoadedModel:
    from mlops.blocks.modelfiles import read_estimator, read_manifest

    manifest = read_manifest(folder)
    if manifest.pipeline:
        return LoadedModel(manifest=manifest, estimator=None, pipeline=load_pipeline(folder, manifest))
    return LoadedModel(manifest=manifest, estimator=read_estimator(folder, manifest))


def score_table(model: TrainedModel, table: Table, *, append: bool) -> Table:
    """The table as it stands, already prepared by the pipeline, with score columns."""
    manifest = model.manifest
    features = tuple(feature.column for feature in manifest.features)
    problems = missing_features(features, table.schema)
    if problems:
        raise as_refusal(problems[0])
    added = score_columns(manifest.task, manifest.classes, label_type=manifest.label_type)
    kept = kept_columns(table.schema, manifest.label, added) if append else ()

    def scored_rows(frame: pl.DataFrame) -> pl.DataFrame:
        scores = predict(manifest, model.estimator, frame)
        return frame.select([column.name for column in kept]).hstack(scores) if kept else scores

    schema = TableSchema(columns=kept + added, row_count=table.height)
    reason = _("The table comes from Score Model; its scores cannot be replayed for a request.")
    sources = tuple(dict.fromkeys(table.meta.sources + manifest.sources))
    if isinstance(table, StoredTable):
        meta = msgspec.structs.replace(table.without_way_back(schema=schema, reason=reason), sources=sources)
        return table.each(scored_rows, meta=meta)
    frame = scored_rows(table.frame)
    scored = table.broken(frame, schema=schema, reason=reason)
    return Table(frame=frame, meta=msgspec.structs.replace(scored.meta, sources=sources))


def _absent(column: str, known: list[str]) -> Refusal:
    message = _("The request has no column '%(column)s', which the model needs.") % {"column": column}
    hint = nearest(column, known) or _("Send the columns of the model's signature.")
    return Refusal("missing_column", message, hint=hint, status=422, where=Where(column=column))
