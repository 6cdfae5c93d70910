"""How a CSV file is built: delimiter, quote, lines before the table, header; judged on its first lines."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from mlops.datasets.reading.recognition import DECIMAL, DECIMAL_COMMA, date_formats
from mlops.formats.reading import Reading

DELIMITERS = (",", ";", "\t", "|")
QUOTES = ('"', "'", "")
LONGEST_TEXT = 4_000_000
"""Characters of one field. A longer one is a quote that nobody closed."""
MOST_LINES_BEFORE = 20
csv.field_size_limit(LONGEST_TEXT)


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    delimiter: str
    quote: str
    skip_rows: int
    header: bool
    decimal_comma: bool


def guess_dialect(lines: Sequence[str]) -> Dialect:
    quote = _guess_quote(lines)
    delimiter = _guess_delimiter(lines, quote)
    rows = list(split(lines, delimiter=delimiter, quote=quote))
    skip_rows = _lines_before(rows)
    table = [row for row in rows[skip_rows:] if row]
    return Dialect(
        delimiter=delimiter,
        quote=quote,
        skip_rows=skip_rows,
        header=_has_header(table),
        decimal_comma=delimiter != "," and _has_decimal_comma(table[1:] or table),
    )


def split(lines: Iterable[str], *, delimiter: str, quote: str) -> Iterator[list[str]]:
    """Rows as far as the lines are well-formed; an end in the middle of a quote is where a sample was cut."""
    reader = read_rows(lines, delimiter=delimiter, quote=quote)
    while True:
        try:
            yield next(reader)
        except (csv.Error, StopIteration):
            return


def read_rows(lines: Iterable[str], *, delimiter: str, quote: str) -> Iterator[list[str]]:
    """Raises csv.Error where the quoting is broken."""
    if not quote:
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)
    return csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=True)


def reader_of(lines: Iterable[str], reading: Reading) -> Iterator[list[str]]:
    return read_rows(lines, delimiter=reading.delimiter, quote=reading.quote)


def _guess_quote(lines: Sequence[str]) -> str:
    text = "".join(lines[:200])
    if '"' in text:
        return '"'
    opened = sum(text.count(f"{mark}'") + text.count(f"'{mark}") for mark in DELIMITERS)
    return "'" if opened >= 4 else '"'


def _guess_delimiter(lines: Sequence[str], quote: str) -> str:
    """The one that cuts most lines into the same number of fields; a tie goes to more fields."""

    def score(delimiter: str) -> tuple[float, int]:
        counts = Counter(len(row) for row in split(lines[:300], delimiter=delimiter, quote=quote) if row)
        several = Counter({fields: count for fields, count in counts.items() if fields > 1})
        if not several:
            return 0.0, 0
        fields, count = several.most_common(1)[0]
        share = count / sum(counts.values())
        return (round(share, 1), fields)

    best = max(DELIMITERS, key=score)
    return best if score(best)[0] >= 0.3 else ","


def _lines_before(rows: Sequence[list[str]]) -> int:
    """A title or a note above the table has one field where the table has several."""
    counts = Counter(len(row) for row in rows if len(row) > 1)
    if not counts:
        return 0
    usual = counts.most_common(1)[0][0]
    before = next((number for number, row in enumerate(rows) if len(row) == usual), 0)
    alone = all(len(row) <= 1 for row in rows[:before])
    return before if alone and before <= MOST_LINES_BEFORE else 0


def _has_header(rows: Sequence[list[str]]) -> bool:
    """Names are neither numbers nor dates nor all missing, unless they are years over numbers."""
    if not rows:
        return False
    first = [cell.strip() for cell in rows[0]]
    if not any(first):
        return False
    if not any(_is_value(cell) for cell in first):
        return True
    named = sum(1 for cell in first if cell and not _is_value(cell))
    below = [cell.strip() for cell in rows[1]] if len(rows) > 1 else []
    pairs = list(zip(first, below, strict=False))
    differing = sum(1 for top, under in pairs if not _is_value(top) and _is_value(under))
    return named > len(first) / 2 and differing > 0


def _is_value(cell: str) -> bool:
    return bool(cell) and (
        bool(DECIMAL.fullmatch(cell)) or bool(DECIMAL_COMMA.fullmatch(cell)) or bool(date_formats([cell]))
    )


def _has_decimal_comma(rows: Sequence[list[str]]) -> bool:
    """Some cell is a number with a comma, and none is one with a point that the comma could not explain."""
    cells = [cell.strip() for row in rows[:500] for cell in row]
    commas = sum(1 for cell in cells if "," in cell and DECIMAL_COMMA.fullmatch(cell))
    points = sum(1 for cell in cells if "." in cell and DECIMAL.fullmatch(cell) and not DECIMAL_COMMA.fullmatch(cell))
    return commas > points
