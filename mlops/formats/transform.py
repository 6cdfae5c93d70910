"""Fitted transforms: what was done to the columns between the data and the learner, replayable at scoring.

A table carries its *recipe*, the fitted transforms since the dataset. Training stores the recipe inside the
model, so that transforms and model are one artefact. Every transform here has a Polars form (mlops.blocks) and
an ONNX form (mlops.packaging), except `RunPython`, which has the first alone, and `Replay`, whose component brings the
first, and which has the second where mlops.packaging.onnx_replays knows one.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from mlops.formats.image import ImageTransform
from mlops.formats.table import ColumnType, TableSchema


class KeepColumns(msgspec.Struct, frozen=True, kw_only=True, tag="keep_columns", tag_field="kind"):
    columns: tuple[str, ...]


class FillMissing(msgspec.Struct, frozen=True, kw_only=True, tag="fill_missing", tag_field="kind"):
    """Missing (null, and NaN in a decimal column) becomes `value`."""

    column: str
    value: float | int | str | bool


class MarkMissing(msgspec.Struct, frozen=True, kw_only=True, tag="mark_missing", tag_field="kind"):
    """Adds the boolean column `indicator`: was `column` missing. Comes before the FillMissing of that column."""

    column: str
    indicator: str


class RequirePresent(msgspec.Struct, frozen=True, kw_only=True, tag="require_present", tag_field="kind"):
    """Rows with a missing value in these columns were removed in training; at scoring they are refused."""

    columns: tuple[str, ...]


class Rescale(msgspec.Struct, frozen=True, kw_only=True, tag="rescale", tag_field="kind"):
    """x -> (x - offset) / scale for zscore, minmax; logistic: 1 / (1 + exp(-(x - offset) / scale));
    lognormal: the lognormal cumulative distribution with mu=offset, sigma=scale (0 for x <= 0);
    tanh: tanh((x - offset) / scale). Result is decimal."""

    column: str
    method: Literal["zscore", "minmax", "logistic", "lognormal", "tanh"]
    offset: float
    scale: float


class Rename(msgspec.Struct, frozen=True, kw_only=True, tag="rename", tag_field="kind"):
    names: dict[str, str]
    """Old name to new name, all at once."""


class Cast(msgspec.Struct, frozen=True, kw_only=True, tag="cast", tag_field="kind"):
    column: str
    type: ColumnType


class RunPython(msgspec.Struct, frozen=True, kw_only=True, tag="run_python", tag_field="kind"):
    """An Execute Python Script on the path. Runs only in a child process or a container."""

    script: str


class Replay(msgspec.Struct, frozen=True, kw_only=True, tag="replay", tag_field="kind"):
    """A fitted transform that a component brings along: its module's `replay(frame, state)` applies it,
    which gets the columns `reads` and gives back the columns `writes`, in this order, under any names.

    It works on each row by itself, keeps the rows and their order, and touches no other columns. Independent
    results are independent steps, so that a model keeps only those that it needs."""

    component: str
    version: str = "1"
    reads: tuple[str, ...]
    """Columns that must be there."""
    writes: tuple[str, ...] = ()
    """Columns that are added, or replaced where they are there already."""
    removes: tuple[str, ...] = ()
    fills: bool = False
    """A missing value in `reads` gives a value in `writes` all the same."""
    out_of_fold: bool = False
    """Training rows got values learned without themselves, so they differ on purpose from what is replayed."""
    state: dict[str, Any] = {}
    """What was learned, as JSON."""


Transform = KeepColumns | FillMissing | MarkMissing | RequirePresent | Rescale | Rename | Cast | RunPython | Replay


class TableMeta(msgspec.Struct, frozen=True, kw_only=True):
    """Beside every table between steps: its schema, the schema at the recipe's start, and the recipe.

    `source` is None, and `broken` says why, where the way back to one dataset is lost."""

    schema: TableSchema
    source: TableSchema | None
    recipe: tuple[Transform, ...] = ()
    broken: str = ""
    sources: tuple[str, ...] = ()
    """The dataset versions behind it, as `name:version`."""


class FittedTransform(msgspec.Struct, frozen=True, kw_only=True):
    """The value of a transformation port. `image` is set where it is one of images, which has no transforms."""

    transforms: tuple[Transform, ...] = ()
    image: ImageTransform | None = None
