"""Tables of results: their rows are not rows of a dataset, so nothing can be replayed on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from mlops.blocks.values import Table
from mlops.formats.evaluation import Evaluation
from mlops.formats.finding import Finding
from mlops.formats.table import Column, TableSchema
from mlops.formats.transform import TableMeta
from mlops.stats.schema import storage_type


def result_table(
    rows: Sequence[dict[str, Any]],
    columns: tuple[Column, ...],
    *,
    maker: str,
    sources: tuple[str, ...] = (),
    evaluation: Evaluation | None = None,
    finding: Finding | None = None,
) -> Table:
    """`maker`: the title of the component; cells that a row lacks are missing."""
    frame = pl.DataFrame(list(rows), schema={column.name: storage_type(column.type) for column in columns})
    schema = TableSchema(columns=columns, row_count=frame.height)
    meta = TableMeta(schema=schema, source=None, broken=f"The table holds the results of {maker}.", sources=sources)
    return Table(frame=frame, meta=meta, evaluation=evaluation, finding=finding)
