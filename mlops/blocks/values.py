"""The values that flow along edges, and the folder form of each. Loads heavy libraries: for step processes only.

A table carries two hidden companions: which source row each of its rows came from, and a sample of source rows.
With them Train Model checks that a model scores alone as it does in the pipeline.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from mlops.blocks.figures import Figures
from mlops.blocks.images import ImageDirectory, read_images, write_images
from mlops.blocks.learners import MODE, RANGE
from mlops.formats.component import PortType, Shape
from mlops.formats.evaluation import EVALUATION_FILE, Evaluation
from mlops.formats.finding import FINDING_FILE, Finding
from mlops.formats.image import IMAGES_FILE
from mlops.formats.kept import DATA_FILE, META_FILE, ORIGIN_FILE, REFERENCE_FILE, ROW
from mlops.formats.manifest import ARCHIVE_FILE
from mlops.formats.model import ModelManifest
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema
from mlops.formats.transform import FittedTransform, RequirePresent, RunPython, TableMeta, Transform
from mlops.stats.schema import conform, describe_schema

LEARNER_FILE = "learner.json"
WEIGHTS_FILE = "weights.pth"
TRANSFORM_FILE = "transform.json"

REFERENCE_ROWS = 1_000
REFERENCE_SEED = 42
LONG = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Table:
    """`origin` and `reference` are None where the way back to one dataset is lost (`meta.broken`).

    A component that asks for `height`, `figures`, `mask` and the like and not for `frame` also takes a table that is
    larger than memory (blocks.stored)."""

    frame: pl.DataFrame
    meta: TableMeta
    origin: pl.Series | None = None
    reference: pl.DataFrame | None = None
    """Up to 1,000 rows of the source, with their row numbers in the column ROW."""
    evaluation: Evaluation | None = None
    finding: Finding | None = None

    @property
    def schema(self) -> TableSchema:
        return self.meta.schema

    def in_memory(self) -> Table:
        """The same, where its parts shall be replaced."""
        return self

    @property
    def height(self) -> int:
        return self.frame.height

    def figures(self, name: str) -> Figures:
        """What can be learned from a column."""
        return Figures(self.frame[name])

    def pieces(self) -> Iterator[pl.DataFrame]:
        """All rows, in one or more frames; at least one."""
        yield self.frame

    def select_pieces(self, names: Sequence[str]) -> Iterator[pl.DataFrame]:
        """All rows of some columns."""
        yield self.frame.select(names)

    def mask(self, names: Sequence[str], asked: Callable[[pl.DataFrame], pl.Series]) -> pl.Series:
        """For each row what is asked of its values in some columns."""
        return pl.concat([asked(piece) for piece in self.select_pieces(names)])

    def parts(self, names: Sequence[str]) -> int:
        """Into how many the values of these columns must be dealt, so that each part fits in memory."""
        return 1

    def file(self, folder: Path) -> Path:
        """Its rows as a Parquet file, made in the folder where there is none yet."""
        folder.mkdir(parents=True, exist_ok=True)
        self.frame.write_parquet(folder / DATA_FILE)
        return folder / DATA_FILE

    def write(self, path: Path) -> None:
        """Into the folder."""
        self.frame.write_parquet(path / DATA_FILE)
        (path / META_FILE).write_bytes(msgspec.json.encode(self.meta))
        if self.origin is not None and self.reference is not None:
            self.origin.alias(ROW).to_frame().write_parquet(path / ORIGIN_FILE)
            self.reference.write_parquet(path / REFERENCE_FILE)
        if self.evaluation is not None:
            (path / EVALUATION_FILE).write_bytes(msgspec.json.encode(self.evaluation))
        if self.finding is not None:
            (path / FINDING_FILE).write_bytes(msgspec.json.encode(self.finding))

    def transformed(self, *transforms: Transform, at_scoring: bool = False) -> Table:
        """This table after fitted transforms, which join its recipe. `at_scoring`: no row may be dropped."""
        from mlops.blocks.transforms import apply

        tracked, origin = self.frame, self.origin
        if origin is not None and any(isinstance(step, RequirePresent) for step in transforms):
            tracked = tracked.with_columns(origin.alias(ROW))  # which copies a frame of many pieces
        changed = apply(transforms, tracked, at_scoring=at_scoring)
        origin = changed[ROW] if ROW in changed.columns else origin
        frame = changed.drop(ROW, strict=False)
        recipe = self.meta.recipe if self.meta.source is None else self.meta.recipe + transforms
        meta = msgspec.structs.replace(self.meta, schema=flagged(frame, self.schema), recipe=recipe)
        return replace(self, frame=frame, meta=meta, origin=origin, evaluation=None)

    def filtered(self, mask: pl.Series) -> Table:
        """Some of the rows; the recipe stays."""
        frame = self.frame.filter(mask)
        schema = msgspec.structs.replace(self.schema, row_count=frame.height)
        origin = None if self.origin is None else self.origin.filter(mask)
        return replace(self, frame=frame, origin=origin, meta=msgspec.structs.replace(self.meta, schema=schema))

    def described(self, columns: tuple[Column, ...]) -> Table:
        """The same rows with other marks on the columns."""
        schema = TableSchema(columns=columns, row_count=self.frame.height)
        return replace(self, meta=msgspec.structs.replace(self.meta, schema=schema))

    def replaced(self, frame: pl.DataFrame, *, step: RunPython, origin: pl.Series | None, schema: TableSchema) -> Table:
        """The result of a script on this table; without `origin` the way back to the source is lost."""
        recipe = (*self.meta.recipe, step)
        meta = msgspec.structs.replace(self.meta, schema=schema, recipe=recipe)
        return replace(self, frame=frame, meta=meta, origin=origin, evaluation=None)

    def broken(self, frame: pl.DataFrame, *, schema: TableSchema, reason: str, others: tuple[Table, ...] = ()) -> Table:
        """A table from which no way leads back; `others` are tables that went into it besides this one."""
        sources = tuple(dict.fromkeys(name for table in (self, *others) for name in table.meta.sources))
        meta = TableMeta(schema=schema, source=None, broken=self.meta.broken or reason, sources=sources)
        return Table(frame=frame, meta=meta)

    def shares_way_back_with(self, other: Table) -> bool:
        """Both have rows of one dataset, by the same fitted transforms."""
        if self.origin is None or other.origin is None or self.reference is None or other.reference is None:
            return False
        here, there = self.meta, other.meta
        same = here.source == there.source and here.recipe == there.recipe and here.sources == there.sources
        return same and self.reference.equals(other.reference)

    def followed_by(self, other: Table, *, frame: pl.DataFrame, schema: TableSchema) -> Table:
        """The rows of this table and then those of another that shares its way back."""
        assert self.origin is not None
        assert other.origin is not None
        meta = msgspec.structs.replace(self.meta, schema=schema)
        return replace(self, frame=frame, meta=meta, origin=pl.concat([self.origin, other.origin]), evaluation=None)

    def taken(self, rows: pl.Series) -> Table:
        """Rows by their places, in this order, repeated where a place is; the recipe stays."""
        frame = self.frame[rows]
        schema = msgspec.structs.replace(self.schema, row_count=frame.height)
        origin = None if self.origin is None else self.origin[rows]
        meta = msgspec.structs.replace(self.meta, schema=schema)
        return replace(self, frame=frame, origin=origin, meta=meta, evaluation=None)

    def with_frame(self, frame: pl.DataFrame, *, columns: tuple[Column, ...], origin: pl.Series | None = None) -> Table:
        """Other values on the way that the recipe tells, for what differs in training on purpose: out-of-fold values,
        invented rows (whose `origin` is null), fold numbers."""
        schema = TableSchema(columns=columns, row_count=frame.height)
        meta = msgspec.structs.replace(self.meta, schema=schema)
        return replace(self, frame=frame, meta=meta, origin=self.origin if origin is None else origin, evaluation=None)


@dataclass(frozen=True, kw_only=True)
class Learner:
    """A learner that has not learned yet."""

    component: str
    task: str
    parameters: dict[str, Any]
    weights: Path | None = None
    """Of a network: a file with what it learned elsewhere."""


@dataclass(frozen=True, kw_only=True)
class TrainedModel:
    """`reference`: source rows that the model can score, without the label."""

    manifest: ModelManifest
    estimator: Any
    reference: pl.DataFrame
    importance: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FittedTransformValue:
    transform: FittedTransform


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """Files at a zip port."""

    folder: Path


Value = Table | Learner | TrainedModel | FittedTransformValue | Bundle | ImageDirectory


def new_table(frame: pl.DataFrame, *, sources: tuple[str, ...] = (), schema: TableSchema | None = None) -> Table:
    """A table that is its own source, such as a dataset."""
    frame = conform(frame)
    described = describe_schema(frame) if schema is None else flagged(frame, schema)
    return _as_source(Table(frame=frame, meta=TableMeta(schema=described, source=described, sources=sources)))


def read_value(folder: str | Path, port_type: PortType) -> Value:
    """The value in a folder; `any` finds out by the files that are there."""
    path = Path(folder)
    readers: dict[PortType, Callable[[Path], Value]] = {
        "table": read_table,
        "untrained_model": _read_learner,
        "model": _read_model,
        "transformation": _read_transform,
        "zip": lambda folder: Bundle(folder=folder),
        "image_directory": read_images,
    }
    return readers[_type_in(path) if port_type == "any" else port_type](path)


def write_value(value: Value, folder: str | Path) -> None:
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    if isinstance(value, Table):
        value.write(path)
    elif isinstance(value, TrainedModel):
        from mlops.blocks.modelfiles import write_model

        write_model(value, path)
    elif isinstance(value, Learner):
        form = {"component": value.component, "task": value.task, "parameters": value.parameters}
        (path / LEARNER_FILE).write_bytes(msgspec.json.encode(form, order="deterministic"))
        if value.weights is not None:
            shutil.copyfile(value.weights, path / WEIGHTS_FILE)
    elif isinstance(value, FittedTransformValue):
        (path / TRANSFORM_FILE).write_bytes(msgspec.json.encode(value.transform))
    elif isinstance(value, ImageDirectory):
        write_images(value, path)
    else:
        shutil.copytree(value.folder, path, copy_function=_linked, dirs_exist_ok=True)


def _linked(source: str, target: str) -> None:
    """The same bytes under another name where the disk can do that, else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def shape_of(value: Value) -> Shape:
    """What is known of a value, as during drawing but exact."""
    if isinstance(value, Table):
        return Shape(type="table", table=value.schema)
    if isinstance(value, Learner):
        ranged = value.parameters.get(MODE) == RANGE
        return Shape(type="untrained_model", task=value.task, algorithm=value.component, ranged=ranged)
    if isinstance(value, TrainedModel):
        manifest = value.manifest
        return Shape(
            type="model",
            task=manifest.task,
            algorithm=manifest.algorithm,
            label=manifest.label,
            classes=manifest.classes,
            features=tuple(feature.column for feature in manifest.features),
        )
    if isinstance(value, FittedTransformValue):
        made_by = "init_image_transformation" if value.transform.image else ""
        return Shape(type="transformation", algorithm=made_by)
    if isinstance(value, ImageDirectory):
        return Shape(type="image_directory", classes=value.categories)
    return Shape(type="zip")


def read_table(folder: str | Path) -> Table:
    """Refusal `not_a_table` where the folder holds none. Without `meta.json` the table is its own source.

    One that is larger than what the process may hold stays in its file (blocks.stored)."""
    from mlops.blocks import stored

    path = Path(folder)
    try:
        if stored.is_large(path / DATA_FILE):
            return _left_in_its_file(path)
        frame = conform(pl.read_parquet(path / DATA_FILE))
        meta = _read_meta(path / META_FILE, frame)
    except (OSError, pl.exceptions.PolarsError, msgspec.MsgspecError) as error:
        hint = _("Run the step before it again.")
        raise Refusal(
            "not_a_table", _("The table cannot be read: %(error)s.") % {"error": error}, hint=hint, status=422
        ) from error
    table = Table(frame=frame, meta=meta)
    if meta.source is None:
        return table
    origin, reference = path / ORIGIN_FILE, path / REFERENCE_FILE
    if origin.exists() and reference.exists():
        return replace(table, origin=pl.read_parquet(origin).to_series(), reference=pl.read_parquet(reference))
    if meta.recipe:
        reason = _("The sample of source rows is missing beside the table.")
        return table.broken(frame, schema=meta.schema, reason=reason)
    return _as_source(table)


def read_new_table(folder: Path, *, sources: tuple[str, ...]) -> Table:
    """Of a folder with nothing but the rows of a table that is its own source."""
    rows = pl.scan_parquet(folder / DATA_FILE)
    described = describe_schema(conform(rows.head(1).collect()))
    schema = msgspec.structs.replace(described, row_count=int(rows.select(pl.len()).collect().item()))
    meta = TableMeta(schema=schema, source=schema, sources=sources)
    (folder / META_FILE).write_bytes(msgspec.json.encode(meta))
    return read_table(folder)


def _left_in_its_file(path: Path) -> Table:
    from mlops.blocks.stored import LOOKED_AT, StoredTable, rows_in

    first = conform(pl.scan_parquet(path / DATA_FILE).head(LOOKED_AT).collect())
    meta = _read_meta(path / META_FILE, first)
    schema = msgspec.structs.replace(meta.schema, row_count=rows_in(path / DATA_FILE))
    meta = msgspec.structs.replace(meta, schema=schema)
    has_sample = (path / ORIGIN_FILE).exists() and (path / REFERENCE_FILE).exists()
    if meta.source is not None and meta.recipe and not has_sample:
        reason = _("The sample of source rows is missing beside the table.")
        meta = msgspec.structs.replace(meta, source=None, broken=meta.broken or reason, recipe=())
    return StoredTable(path, meta, knows_origin=meta.source is not None)


def _read_meta(path: Path, frame: pl.DataFrame) -> TableMeta:
    if not path.exists():
        schema = describe_schema(frame)
        return TableMeta(schema=schema, source=schema)
    meta = msgspec.json.decode(path.read_bytes(), type=TableMeta)
    schema = flagged(frame, meta.schema)
    source = schema if meta.source is None and not meta.broken else meta.source
    return msgspec.structs.replace(meta, schema=schema, source=source)


def _as_source(table: Table) -> Table:
    height = table.frame.height
    origin = pl.int_range(height, dtype=pl.UInt32, eager=True).alias(ROW)
    rows = sampled_rows(height)
    return replace(table, origin=origin, reference=table.frame[rows].with_columns(rows))


def sampled_rows(height: int) -> pl.Series:
    """Which rows of a source with so many are its sample. Of very long ones without a list of all."""
    if height > LONG:
        import numpy as np

        drawn = np.random.default_rng(REFERENCE_SEED).choice(height, REFERENCE_ROWS, replace=False)
        return pl.Series(ROW, np.sort(drawn), dtype=pl.UInt32)
    rows = pl.int_range(height, dtype=pl.UInt32, eager=True).alias(ROW)
    return rows.sample(REFERENCE_ROWS, seed=REFERENCE_SEED).sort() if height > REFERENCE_ROWS else rows


def flagged(frame: pl.DataFrame, flags: TableSchema) -> TableSchema:
    """The frame's columns and types, with the marks of equally named columns."""
    described = describe_schema(frame)
    columns = []
    for column in described.columns:
        known = flags.column(column.name)
        columns.append(msgspec.structs.replace(known, type=column.type) if known else column)
    return msgspec.structs.replace(described, columns=tuple(columns))


def _read_learner(path: Path) -> Learner:
    form = msgspec.json.decode((path / LEARNER_FILE).read_bytes())
    weights = path / WEIGHTS_FILE
    return Learner(
        component=form["component"],
        task=form["task"],
        parameters=form["parameters"],
        weights=weights if weights.exists() else None,
    )


def _read_transform(path: Path) -> FittedTransformValue:
    decoded = msgspec.json.decode((path / TRANSFORM_FILE).read_bytes(), type=FittedTransform)
    return FittedTransformValue(transform=decoded)


def _read_model(path: Path) -> TrainedModel:
    from mlops.blocks.modelfiles import read_model

    return read_model(path)


def _type_in(path: Path) -> PortType:
    from mlops.formats.model import MANIFEST_FILE

    files: dict[str, PortType] = {
        MANIFEST_FILE: "model",
        IMAGES_FILE: "image_directory",
        ARCHIVE_FILE: "zip",
        DATA_FILE: "table",
        LEARNER_FILE: "untrained_model",
        TRANSFORM_FILE: "transformation",
    }
    return next((type_ for name, type_ in files.items() if (path / name).exists()), "zip")
