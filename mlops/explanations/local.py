"""Contributions of single rows, read from the files of an explanation."""

from __future__ import annotations

from typing import Any

from mlops.explanations import queries
from mlops.explanations.models import Explanation
from mlops.formats.explanation import (
    BASE,
    CONTRIBUTIONS_FILE,
    OUTPUT,
    ROW,
    ROWS_FILE,
    SUM,
    LocalContribution,
    LocalExplanation,
)

MARK = "="
"""Before the names of the dataset's columns in the files."""


class LocalRow(LocalExplanation, frozen=True, kw_only=True):
    """`row`: its number in the data."""

    row: int
    truth: Any = None


def rows_of(one: Explanation, *, offset: int, limit: int) -> tuple[list[LocalRow], int]:
    """Some of the explained rows, and how many there are. None of a global explanation."""
    summary, table, values = (
        queries.summary_of(one),
        *(queries.table_of(one, n) for n in (CONTRIBUTIONS_FILE, ROWS_FILE)),
    )
    if summary is None or table is None or values is None:
        return [], 0
    chosen = values.slice(offset, limit)
    outputs = table[OUTPUT].unique(maintain_order=True).to_list()
    columns = [name.removeprefix(MARK) for name in table.columns if name.startswith(MARK)]
    parts = [table.filter(table[OUTPUT] == output).slice(offset, limit).to_dicts() for output in outputs]
    found = []
    for place, row in enumerate(chosen.to_dicts()):
        each = [part[place] for part in parts]
        found.append(
            LocalRow(
                row=row[ROW],
                truth=plain(row.get("truth")),
                outputs=tuple(outputs),
                unit=summary.unit,
                base=tuple(part[BASE] for part in each),
                sum=tuple(part[SUM] for part in each),
                scores={n.removeprefix("answer: "): plain(v) for n, v in row.items() if n.startswith("answer: ")},
                contributions=tuple(
                    LocalContribution(
                        column=name,
                        value=plain(row[MARK + name]),
                        contributions=tuple(part[MARK + name] for part in each),
                    )
                    for name in columns
                ),
            )
        )
    return found, values.height


def plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
