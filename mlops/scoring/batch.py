"""Rows as columns: what validation hands to an engine, joined and cut so that many requests score at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

Columns = dict[str, list[Any]]


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """`columns` holds every input of the signature, each `rows` long; a missing value is None, a date a datetime."""

    columns: Columns
    rows: int
    warnings: tuple[str, ...] = ()


def join(batches: Sequence[Batch]) -> Batch:
    """One batch with the rows of all, in order."""
    if len(batches) == 1:
        return batches[0]
    columns: Columns = {name: [] for name in batches[0].columns}
    for batch in batches:
        for name, values in batch.columns.items():
            columns[name].extend(values)
    return Batch(columns=columns, rows=sum(batch.rows for batch in batches))


def cut(outputs: Columns, sizes: Sequence[int]) -> list[Columns]:
    """The outputs of a joined batch, given back to the batches that it was joined from."""
    if len(sizes) == 1:
        return [outputs]
    parts: list[Columns] = []
    start = 0
    for size in sizes:
        parts.append({name: values[start : start + size] for name, values in outputs.items()})
        start += size
    return parts


def records(outputs: Columns) -> list[dict[str, Any]]:
    """Columns as a list of rows."""
    names = tuple(outputs)
    return [dict(zip(names, row, strict=True)) for row in zip(*outputs.values(), strict=True)]
