"""Columns of text as components choose them, and how text falls into sentences, words and n-grams."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from mlops.blocks.problems import problem
from mlops.blocks.selection import read_selection, resolve
from mlops.formats.component import Problem
from mlops.formats.spoken import gettext as _
from mlops.formats.table import TableSchema

SENTENCE_MARK = "|||"
"""Stands between sentences in the result of Preprocess Text."""

TEXT_COLUMNS: dict[str, Any] = {
    "mode": "rules",
    "begin_with": "none",
    "rules": [{"action": "include", "by": "types", "types": ["string"]}],
}

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_SENTENCE_END = re.compile(r"\s*\|\|\|\s*|(?<=[.!?])\s+|\n+")


def chosen_texts(value: Any, table: TableSchema, *, parameter: str) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The chosen columns, and a problem for each that does not hold text."""
    names, found = resolve(read_selection(value), table, parameter=parameter)
    chosen = [column for column in table.columns if column.name in names]
    faults = [not_text(column.name, column.type, parameter) for column in chosen if column.type != "string"]
    return names, (*found, *faults)


def not_text(column: str, type_: str, parameter: str) -> Problem:
    message = _("Column '%(column)s' holds %(type)s values, not text.") % {"column": column, "type": type_}
    hint = _("Choose a text column, or make this one text with Edit Metadata.")
    return problem("column_not_text", message, hint=hint, parameter=parameter, column=column)


def sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE_END.split(text) if sentence]


def words(text: str) -> list[str]:
    """Letters, digits and underscores, with apostrophes inside a word; as they are written."""
    return _WORD.findall(text)


def n_grams(tokens: Sequence[str], *, size: int, skips: int = 0) -> Iterator[str]:
    """All runs of 1 to `size` tokens, joined by a space; a run of several may leave out up to `skips` tokens."""
    for start, first in enumerate(tokens):
        yield first
        for length in range(2, size + 1):
            rest = range(start + 1, min(start + length + skips, len(tokens)))
            for places in combinations(rest, length - 1):
                yield " ".join((first, *(tokens[place] for place in places)))
