"""From table columns to the float32 matrix of an estimator, the same way in training and at scoring."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from mlops.formats.model import Feature
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

MOST_CATEGORIES = 1_000
MOST_CELLS = 400_000_000
"""1.6 GB as float32."""
MICROSECONDS_A_DAY = 86_400_000_000

Matrix = npt.NDArray[np.float32]


def build_features(frame: pl.DataFrame, schema: TableSchema, names: Sequence[str]) -> tuple[Feature, ...]:
    """One feature per column. Text columns without any category (empty or missing throughout) are left out."""
    chosen = set(names)
    columns = [column for column in schema.columns if column.name in chosen]
    features = [_feature(frame[column.name], column) for column in columns]
    kept = tuple(feature for feature in features if feature.width)
    cells = frame.height * sum(feature.width for feature in kept)
    if cells > MOST_CELLS:
        widest = max(kept, key=lambda feature: feature.width)
        message = _("The columns become %(cells)s numbers, more than %(most_cells)s; '%(column)s' is the widest.") % {
            "cells": f"{cells:,}",
            "most_cells": f"{MOST_CELLS:,}",
            "column": widest.column,
        }
        hint = _("Leave out '%(column)s' (%(width)s categories), or train on fewer rows.") % {
            "column": widest.column,
            "width": widest.width,
        }
        raise Refusal("table_too_wide", message, hint=hint, status=422, where=Where(column=widest.column))
    return kept


def matrix(frame: pl.DataFrame, features: Sequence[Feature]) -> Matrix:
    """[rows, width]; a gap is NaN, in a categorical column all zero like an unseen category."""
    cells = np.zeros((frame.height, sum(feature.width for feature in features)), dtype=np.float32)
    start = 0
    for feature in features:
        if feature.kind == "categorical":
            _one_hot(frame[feature.column], feature, cells[:, start : start + feature.width])
        else:
            cells[:, start] = _numbers(frame[feature.column], feature)
        start += feature.width
    return cells


def missing_in(frame: pl.DataFrame, features: Sequence[Feature]) -> tuple[str, int, int] | None:
    """The first feature column with a gap, how many it has, and the row of the first."""
    for feature in features:
        gaps = frame[feature.column].is_null()
        if gaps.any():
            return feature.column, int(gaps.sum()), gaps.arg_max() or 0
    return None


def unknown_in(frame: pl.DataFrame, features: Sequence[Feature]) -> tuple[str, str, int] | None:
    """The first feature column with a value that is none of its categories, that value, and its row."""
    for feature in features:
        if feature.kind != "categorical":
            continue
        texts = frame[feature.column].cast(pl.String)
        unknown = texts.is_not_null() & (texts != "") & ~texts.is_in(list(feature.categories))
        if unknown.any():
            row = unknown.arg_max() or 0
            return feature.column, str(texts[row]), row
    return None


def _feature(values: pl.Series, column: Column) -> Feature:
    if column.type == "boolean":
        return Feature(column=column.name, kind="boolean")
    if column.type == "date":
        return Feature(column=column.name, kind="date")
    if column.type != "string" and not column.categorical:
        return Feature(column=column.name, kind="numeric")
    categories = values.cast(pl.String).drop_nulls().unique()
    categories = categories.filter(categories != "").sort()
    if categories.len() > MOST_CATEGORIES:
        message = _("Column '%(name)s' holds %(len)s different texts, more than %(most_categories)s.") % {
            "name": column.name,
            "len": f"{categories.len():,}",
            "most_categories": f"{MOST_CATEGORIES:,}",
        }
        hint = _("Leave it out with Select Columns in Dataset; identifiers and free text teach a model nothing.")
        if column.type in ("integer", "decimal"):
            hint = _("Make it non-categorical with Edit Metadata, or leave it out with Select Columns in Dataset.")
        raise Refusal("too_many_categories", message, hint=hint, status=422, where=Where(column=column.name))
    return Feature(column=column.name, kind="categorical", categories=tuple(categories.to_list()))


def _numbers(values: pl.Series, feature: Feature) -> Matrix:
    if feature.kind == "date":
        microseconds = values.cast(pl.Datetime("us")).cast(pl.Int64).cast(pl.Float64)
        values = microseconds / MICROSECONDS_A_DAY
    with np.errstate(over="ignore"):
        return values.cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float32)


def _one_hot(values: pl.Series, feature: Feature, cells: Matrix) -> None:
    places = {category: place for place, category in enumerate(feature.categories)}
    codes = values.cast(pl.String).replace_strict(places, default=-1, return_dtype=pl.Int32).fill_null(-1).to_numpy()
    known = np.flatnonzero(codes >= 0)
    cells[known, codes[known]] = 1.0
