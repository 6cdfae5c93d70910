"""Lines from the beginning of a text file and, to see types that change later, from places all over it."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import msgspec

from mlops.datasets.reading.dialect import split
from mlops.formats.reading import Reading
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

HEAD_CHARACTERS = 512 * 1024
PLACES = 12
PLACE_BYTES = 48 * 1024
BYTEWISE = ("utf-8", "ascii", "cp125", "iso8859", "latin", "mac", "koi8")
"""Encodings in which a line feed is one byte and stands for nothing else."""


class Row(msgspec.Struct, frozen=True):
    """`number` counts rows of data from 1; it is 0 where only the place in the file is known."""

    number: int
    fields: list[str]


def open_text(path: Path, encoding: str) -> TextIO:
    """Line ends of every kind become `\\n`."""
    return path.open(encoding=encoding, newline=None)


def head_lines(path: Path, encoding: str) -> list[str]:
    """Whole lines only, unless the file has but one. Raises Refusal `wrong_encoding`."""
    try:
        with open_text(path, encoding) as file:
            text = file.read(HEAD_CHARACTERS)
            rest = file.read(1)
    except UnicodeError as error:
        raise wrong_encoding(path, encoding, error) from error
    lines = io.StringIO(text).readlines()
    return lines[:-1] if rest and len(lines) > 1 else lines


def sample_rows(path: Path, reading: Reading, *, lines: list[str]) -> Iterator[Row]:
    """Rows of data: those of the head first, then some from later places. Blank lines do not count."""
    number = -1 if reading.header else 0
    for fields in split(lines[reading.skip_rows :], delimiter=reading.delimiter, quote=reading.quote):
        if is_blank(fields):
            continue
        number += 1
        if number > 0:
            yield Row(number, fields)
    for text in _later_texts(path, reading.encoding):
        rows = split(text, delimiter=reading.delimiter, quote=reading.quote)
        yield from (Row(0, fields) for fields in rows if not is_blank(fields))


def is_blank(fields: list[str]) -> bool:
    return not fields or (len(fields) == 1 and not fields[0].strip())


def wrong_encoding(path: Path, encoding: str, error: UnicodeError) -> Refusal:
    from mlops.datasets.reading.encoding import guess_encoding

    better = guess_encoding(path)
    looks = (
        _("The bytes look like %(better)s: choose that encoding.") % {"better": better}
        if better != encoding
        else _("Choose another encoding.")
    )
    where = f" {error.reason}." if isinstance(error, UnicodeDecodeError) else ""
    return Refusal(
        "wrong_encoding",
        _("The file is not written in %(encoding)s.%(where)s") % {"encoding": encoding, "where": where},
        hint=looks,
        status=422,
    )


def _later_texts(path: Path, encoding: str) -> Iterator[list[str]]:
    size = path.stat().st_size
    if size < 4 * HEAD_CHARACTERS or not codecs.lookup(encoding).name.startswith(BYTEWISE):
        return
    with path.open("rb") as file:
        for place in range(1, PLACES + 1):
            file.seek(size * place // PLACES - PLACE_BYTES)
            text = file.read(PLACE_BYTES).decode(encoding, errors="replace")
            lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")).readlines()[1:]
            yield lines if place == PLACES else lines[:-1]
