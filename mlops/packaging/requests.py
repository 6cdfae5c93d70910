"""Rows to try a model with: the sampled rows of its data, and rows at the edges of its signature.

For child processes only: it loads Polars.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from mlops.formats.model import Field, Signature

REFERENCE_FILE = "reference.parquet"
UNSEEN = "a category never seen"
MOST_CATEGORIES = 20
DTYPES: dict[str, Any] = {
    "integer": pl.Int64,
    "decimal": pl.Float64,
    "string": pl.String,
    "boolean": pl.Boolean,
    "date": pl.Datetime("us"),
}


def reference_rows(folder: Path, signature: Signature) -> pl.DataFrame:
    """The request columns of the model's reference rows; without any, one row of typical values."""
    path = folder / REFERENCE_FILE
    if path.is_file():
        sample = pl.read_parquet(path)
        names = [field.name for field in signature.inputs]
        if set(names) <= set(sample.columns) and sample.height:
            return sample.select([pl.col(field.name).cast(DTYPES[field.type]) for field in signature.inputs])
    return frame_of(signature, [typical_row(signature)])


def edge_rows(signature: Signature) -> pl.DataFrame:
    """Each field in turn missing (where that is allowed), at its limits, true and false, unseen or of each category."""
    typical = typical_row(signature)
    rows = [{**typical, field.name: value} for field in signature.inputs for value in _edges(field)]
    rows.append({field.name: None if not field.required else typical[field.name] for field in signature.inputs})
    return frame_of(signature, [typical, *rows])


def typical_row(signature: Signature) -> dict[str, Any]:
    return {field.name: _typical(field) for field in signature.inputs}


def frame_of(signature: Signature, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            field.name: pl.Series([row[field.name] for row in rows], dtype=DTYPES[field.type], strict=False)
            for field in signature.inputs
        }
    )


def _edges(field: Field) -> Iterator[Any]:
    if not field.required:
        yield None
    if field.type == "string":
        yield UNSEEN
        yield from field.categories[:MOST_CATEGORIES]
    elif field.type == "boolean":
        yield from (True, False)
    elif field.type in ("integer", "decimal"):
        limits = [value for value in (field.minimum, field.maximum) if value is not None]
        whole = field.type == "integer"
        yield from (int(value) if whole else value for value in limits)


def _typical(field: Field) -> Any:
    value = field.example
    if field.type == "date" and isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=None)
    if value is not None:
        return value
    return {
        "string": field.categories[0] if field.categories else "",
        "boolean": False,
        "date": datetime(2000, 1, 1),
    }.get(field.type, field.minimum or 0)
