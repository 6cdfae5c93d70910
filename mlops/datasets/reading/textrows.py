"""The rows of a CSV file of any size as frames of texts, some megabytes at a time, each row counted and checked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

import msgspec
import polars as pl

from mlops.datasets.reading.dialect import reader_of
from mlops.datasets.reading.sampling import is_blank, open_text, wrong_encoding
from mlops.datasets.reading.sniffing import broken_quotes, wrong_width
from mlops.formats.reading import Reading

BATCH_CHARACTERS = 16 * 1024 * 1024


class Batch(msgspec.Struct, frozen=True):
    """`first_row` is the number of its first row of data, counted from 1."""

    first_row: int
    frame: pl.DataFrame


def batches(path: Path, reading: Reading, *, width: int, names: Sequence[str]) -> Iterator[Batch]:
    """Raises Refusal `broken_csv` at the first row that is not `width` fields wide, and `wrong_encoding`."""
    row, line = 1, reading.skip_rows + 1
    try:
        with open_text(path, reading.encoding) as file:
            for _ in islice(file, reading.skip_rows):
                pass
            if reading.header:
                line += _skip_header(file, reading)
            while lines := file.readlines(BATCH_CHARACTERS):
                texts, taken = _whole_rows(lines, file, reading, width=width, row=row, line=line)
                frame = _frame(texts, reading, width=width).rename(dict(zip(_numbered(width), names, strict=True)))
                yield Batch(row, frame)
                row, line = row + frame.height, line + taken
    except UnicodeError as error:
        raise wrong_encoding(path, reading.encoding, error) from error


def _skip_header(file: TextIO, reading: Reading) -> int:
    """How many lines the header took, blank lines before it included."""
    reader = reader_of(iter(file.readline, ""), reading)
    for fields in reader:
        if not is_blank(fields):
            break
    return reader.line_num  # type: ignore[attr-defined,no-any-return]


def _whole_rows(
    lines: list[str], file: TextIO, reading: Reading, *, width: int, row: int, line: int
) -> tuple[list[str], int]:
    """The text of each row, and how many lines they took; a row that goes on behind the last line is completed."""
    if not reading.quote or not any(reading.quote in text for text in lines):
        return _unquoted(lines, reading, width=width, row=row, line=line), len(lines)
    return _quoted(lines, file, reading, width=width, row=row, line=line)


def _unquoted(lines: list[str], reading: Reading, *, width: int, row: int, line: int) -> list[str]:
    texts = [text for text in lines if text.strip(" \n")]
    for number, text in enumerate(texts):
        fields = text.count(reading.delimiter) + 1
        if fields != width:
            before = sum(1 for one in lines[: lines.index(text)] if not one.strip(" \n"))
            raise wrong_width(fields, width, row=row + number, line=line + number + before)
    return texts


def _quoted(
    lines: list[str], file: TextIO, reading: Reading, *, width: int, row: int, line: int
) -> tuple[list[str], int]:
    drawn: list[str] = []

    def draw() -> Iterator[str]:
        for text in chain(lines, iter(file.readline, "")):
            drawn.append(text)
            yield text

    reader = reader_of(draw(), reading)
    texts: list[str] = []
    start = 0
    while start < len(lines):
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise broken_quotes(error, row=row + len(texts), line=line + start) from error
        if fields is None:
            break
        if not is_blank(fields):
            if len(fields) != width:
                raise wrong_width(len(fields), width, row=row + len(texts), line=line + start)
            texts.append("".join(drawn[start:]))
        start = len(drawn)
    return texts, len(drawn)


def _frame(texts: list[str], reading: Reading, *, width: int) -> pl.DataFrame:
    """Polars is the quick way; where it cuts the rows otherwise than the checked ones, they are taken one by one."""
    if not texts:
        return pl.DataFrame({name: pl.Series([], dtype=pl.String) for name in _numbered(width)})
    try:
        frame = pl.read_csv(
            io.BytesIO("".join(texts).encode("utf-8", errors="surrogatepass")),
            has_header=False,
            separator=reading.delimiter,
            quote_char=reading.quote or None,
            schema={name: pl.String() for name in _numbered(width)},
        ).fill_null("")
    except pl.exceptions.PolarsError:
        return _one_by_one(texts, reading, width=width)
    return frame if frame.height == len(texts) else _one_by_one(texts, reading, width=width)


def _one_by_one(texts: list[str], reading: Reading, *, width: int) -> pl.DataFrame:
    columns = zip(*reader_of("".join(texts).splitlines(keepends=True), reading), strict=True)
    return pl.DataFrame(
        {name: pl.Series(values, dtype=pl.String) for name, values in zip(_numbered(width), columns, strict=True)}
    )


def _numbered(width: int) -> list[str]:
    return [f"{number}" for number in range(width)]
