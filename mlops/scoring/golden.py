"""Compares what the server answers with what was recorded when the model was deployed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mlops.formats.serving import GoldenRequest


def difference(golden: GoldenRequest, predictions: Sequence[Mapping[str, Any]]) -> str:
    """The first difference in plain words, or an empty text.

    Numbers differ when they are further apart than `tolerance` x max(1, |recorded number|)."""
    if len(predictions) != len(golden.predictions):
        return f"{len(predictions)} predictions where {len(golden.predictions)} were recorded"
    for row, (expected, actual) in enumerate(zip(golden.predictions, predictions, strict=True), start=1):
        for name, value in expected.items():
            if name not in actual:
                return f"row {row}: '{name}' is missing from the answer"
            if not _agrees(value, actual[name], tolerance=golden.tolerance):
                return f"row {row}, '{name}': {actual[name]!r} where {value!r} was recorded"
    return ""


def _agrees(expected: Any, actual: Any, *, tolerance: float) -> bool:
    if _is_number(expected) and _is_number(actual):
        return math.fabs(expected - actual) <= tolerance * max(1.0, math.fabs(expected))
    return bool(expected == actual)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
