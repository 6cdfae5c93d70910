"""Rows made up to compare two forms of a model with, where there are no real ones: around what the model knows.

They say less than real rows, so a certificate names them. Numbers are ones that float32 can hold, as most of a
request's numbers are, and no more than chance lets them meet a threshold that it cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from mlops.formats.model import Field, Signature
from mlops.packaging.requests import DTYPES, UNSEEN

ROWS = 1_000
SHARE_UNSEEN = 0.02


def generated_rows(signature: Signature, knots: dict[str, Any], *, rows: int = ROWS, seed: int = 7) -> pl.DataFrame:
    """Numbers at and around the model's thresholds, else normal ones; categories that it knows, and a few unseen."""
    random = np.random.default_rng(seed)
    columns = {field.name: _column(field, knots.get(field.name), rows, random) for field in signature.inputs}
    return pl.DataFrame(
        {
            field.name: pl.Series(columns[field.name], dtype=DTYPES[field.type], strict=False)
            for field in signature.inputs
        }
    )


def _column(field: Field, knots: Any, rows: int, random: Any) -> list[Any]:
    if field.type == "string":
        return _texts(field, rows, random)
    if field.type == "boolean":
        return [bool(one) for one in random.random(rows) < 0.5]
    if field.type == "date":
        from datetime import datetime, timedelta

        return [datetime(2000, 1, 1) + timedelta(days=int(days)) for days in random.integers(0, 9000, rows)]
    numbers = _numbers(knots, rows, random)
    if field.type == "integer":
        return [round(one) for one in numbers]
    narrow: list[Any] = numbers.astype(np.float32).astype(np.float64).tolist()
    return narrow


def _numbers(knots: Any, rows: int, random: Any) -> Any:
    if knots is None or not len(knots):
        wide = np.where(random.random(rows) < 0.1, 10.0, 1.0)
        return random.normal(size=rows) * wide
    spread = float(np.std(knots)) or abs(float(knots[0])) or 1.0
    near = random.choice(knots, rows) + random.normal(size=rows) * spread * random.choice([0.0, 1e-3, 0.1, 0.5], rows)
    return near


def _texts(field: Field, rows: int, random: Any) -> list[str]:
    if not field.categories:
        return ["" if one < 0.1 else f"text {int(one * 50)}" for one in random.random(rows)]
    if any(" " in one for one in field.categories) or len(field.categories) < 30:
        picked = random.choice(np.asarray(field.categories, dtype=object), rows)
    else:
        words = np.asarray(field.categories, dtype=object)
        picked = np.asarray([" ".join(random.choice(words, int(random.integers(1, 12)))) for _ in range(rows)], object)
    return [
        UNSEEN if chance < SHARE_UNSEEN else str(one) for one, chance in zip(picked, random.random(rows), strict=True)
    ]
