"""A request to a model that answers by itself: rows as columns, as tensors, or as they came; and how it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from mlops.scoring.batch import Batch, join


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of `columns`, `tensors` (nested lists by name) and `rows` (any JSON) is given, by `form`."""

    form: Literal["columns", "tensors", "rows"]
    columns: dict[str, list[Any]] = {}
    tensors: dict[str, Any] = {}
    rows: Any = None
    count: int = 0
    """How many rows; 0: nobody knows."""
    params: dict[str, Any] = {}
    method: str = ""


class Predicted(msgspec.Struct, frozen=True, kw_only=True):
    """`raw`: the predictions as JSON."""

    raw: bytes

    def value(self) -> Any:
        return msgspec.json.decode(self.raw)


def can_join(questions: Sequence[Question]) -> bool:
    """Whether they may be asked as one: rows of columns, asked in the same way."""
    first = questions[0]
    return all(
        one.form == "columns" and one.count and (one.params, one.method) == (first.params, first.method)
        for one in questions
    )


def joined(questions: Sequence[Question]) -> Question:
    batch = join([Batch(columns=one.columns, rows=one.count) for one in questions])
    first = questions[0]
    return Question(form="columns", columns=batch.columns, count=batch.rows, params=first.params, method=first.method)


def cut_predictions(predicted: Predicted, counts: Sequence[int]) -> list[Predicted] | None:
    """Given back to the questions that were joined; None where there is not one prediction a row."""
    value = predicted.value()
    if not isinstance(value, list) or len(value) != sum(counts):
        return None
    parts, start = [], 0
    for count in counts:
        parts.append(Predicted(raw=msgspec.json.encode(value[start : start + count])))
        start += count
    return parts
