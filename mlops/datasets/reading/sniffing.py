"""The guess: format, encoding, delimiter, header and types of a file, to be confirmed by a person."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from mlops.datasets.reading.dialect import LONGEST_TEXT, guess_dialect, reader_of
from mlops.datasets.reading.encoding import guess_encoding, known_encoding
from mlops.datasets.reading.examination import ColumnProblem, Examination, Preview
from mlops.datasets.reading.filekind import kind_of
from mlops.datasets.reading.names import column_names
from mlops.datasets.reading.recognition import WORDS, date_formats, fits, guess_type
from mlops.datasets.reading.sampling import Row, head_lines, is_blank, sample_rows
from mlops.formats.reading import ReadColumn, Reading
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

MOST_COLUMNS = 5_000
SAMPLED_ROWS = 20_000
SAMPLED_CELLS = 400_000
MARKERS = ("N/A", "n/a", "#N/A", "NULL", "None", "none", "nan", "NAN", "-", "--", ".", "\\N")
"""Marks of a missing value beside the usual ones; taken where they stand among values of another type."""


def sniff(path: Path, file_name: str) -> Reading:
    """Raises Refusal for what cannot become a table."""
    return examine(path, file_name).reading


def examine(path: Path, file_name: str, *, settings: Reading | None = None, rows: int = 50) -> Examination:
    """The guess with a preview. `settings` were chosen by a person: only the columns are guessed then."""
    kind = kind_of(path, file_name)
    if kind == "parquet":
        from mlops.datasets.reading.parquet import examine_parquet

        return examine_parquet(path, rows=rows)
    if kind == "zip":
        from mlops.datasets.reading.zipped import examine_zip

        return examine_zip(path, rows=rows)
    encoding = known_encoding(settings.encoding) if settings else guess_encoding(path)
    lines = head_lines(path, encoding)
    if not "".join(lines).strip():
        raise Refusal(
            "empty_file",
            _("“%(file_name)s” has nothing but blank lines.") % {"file_name": file_name},
            hint=_("Choose a file with data."),
            status=422,
        )
    frame = settings or _guess_settings(lines, encoding=encoding)
    frame = msgspec.structs.replace(frame, encoding=encoding, format="csv", columns=())
    head = check_head(lines, frame)
    names, warnings = column_names(head, header=frame.header)
    sample = _sample(path, frame, lines=lines, width=len(names))
    if not sample:
        raise _nothing_below(lines, frame, file_name=file_name)
    if not settings:
        frame = msgspec.structs.replace(frame, missing_values=(*frame.missing_values, *_markers(sample, frame)))
    columns, doubts = _guess_columns(names, sample, frame)
    reading = msgspec.structs.replace(frame, columns=columns)
    return Examination(reading=reading, preview=_preview(sample, reading, rows=rows), warnings=(*warnings, *doubts))


def preview(path: Path, reading: Reading, rows: int = 50) -> Preview:
    """The first rows under a confirmed reading, and the values of the sample that do not fit it."""
    if reading.format == "parquet":
        from mlops.datasets.reading.parquet import preview_parquet

        return preview_parquet(path, reading, rows=rows)
    if reading.format == "zip":
        from mlops.datasets.reading.zipped import preview_zip

        return preview_zip(path, rows=rows)
    reading = msgspec.structs.replace(reading, encoding=known_encoding(reading.encoding))
    lines = head_lines(path, reading.encoding)
    head = check_head(lines, reading)
    check_columns(reading, len(head))
    return _preview(_sample(path, reading, lines=lines, width=len(head)), reading, rows=rows)


def check_columns(reading: Reading, width: int) -> None:
    """Raises Refusal where the reading and the file disagree, or nothing is left to read."""
    if reading.columns and len(reading.columns) != width:
        raise Refusal(
            "columns_differ",
            _("The file has %(width)s columns, the settings name %(count)s.")
            % {"width": width, "count": len(reading.columns)},
            hint=_("Have the columns looked at again with these settings."),
            status=422,
        )
    if reading.columns and not any(column.include for column in reading.columns):
        raise Refusal("no_columns", _("Every column is left out."), hint=_("Include at least one column."), status=422)


def check_head(lines: Sequence[str], reading: Reading) -> list[str]:
    """The first row of the table. Raises Refusal where the first rows are not a table under these settings."""
    if reading.skip_rows >= len(lines):
        raise Refusal(
            "no_rows",
            _("The file has no line after the first %(skip_rows)s.") % {"skip_rows": reading.skip_rows},
            hint=_("Skip fewer rows."),
            status=422,
        )
    try:
        head = next((row for row in reader_of(lines[reading.skip_rows :], reading) if not is_blank(row)), None)
    except csv.Error as error:
        raise broken_quotes(error, row=0, line=reading.skip_rows + 1) from error
    if head is None:
        raise Refusal(
            "no_rows", _("The file has no row after the skipped ones."), hint=_("Skip fewer rows."), status=422
        )
    if len(head) > MOST_COLUMNS:
        raise Refusal(
            "too_many_columns",
            _("The file has %(count)s columns; %(most_columns)s can be read.")
            % {"count": f"{len(head):,}", "most_columns": f"{MOST_COLUMNS:,}"},
            hint=_("Check the delimiter, or leave columns out before the upload."),
            status=422,
        )
    return head


def broken_quotes(error: csv.Error, *, row: int, line: int) -> Refusal:
    place = _("Row %(row)s (line %(line)s)") if row else _("Line %(line)s")
    if "field larger" in str(error):
        said = _("%(place)s has a text of more than %(most)s characters: a quote was probably not closed.")
    elif "unexpected end" in str(error):
        said = _("%(place)s opens a quote that is never closed.")
    else:
        said = _("%(place)s has broken quotes (%(error)s).")
    where = place % {"row": f"{row:,}", "line": f"{line:,}"}
    return Refusal(
        "broken_csv",
        said % {"place": where, "most": f"{LONGEST_TEXT:,}", "error": error},
        hint=_("Double the quotes inside a quoted text, or choose another quote character."),
        status=422,
        where=Where(row=row or None),
    )


def wrong_width(fields: int, expected: int, *, row: int, line: int) -> Refusal:
    return Refusal(
        "broken_csv",
        (
            _("Row %(row)s (line %(line)s) has 1 field, expected %(expected)s.")
            if fields == 1
            else _("Row %(row)s (line %(line)s) has %(fields)s fields, expected %(expected)s.")
        )
        % {"row": f"{row:,}", "line": f"{line:,}", "fields": fields, "expected": expected},
        hint=_("Put texts that hold the delimiter into quotes, correct that row, or choose another delimiter."),
        status=422,
        where=Where(row=row),
    )


def _nothing_below(lines: list[str], reading: Reading, *, file_name: str) -> Refusal:
    """Why no row of data was found: there is none, or the first one opens a quote that is never closed."""
    reader = reader_of(lines[reading.skip_rows :], reading)
    line = 0
    try:
        for _fields in reader:
            line = reader.line_num  # type: ignore[attr-defined]
    except csv.Error as error:
        return broken_quotes(error, row=1, line=reading.skip_rows + line + 1)
    return Refusal(
        "no_rows",
        _("“%(file_name)s” has a header and no row of data.") % {"file_name": file_name},
        hint=_("Upload a file with data, or say that its first row is no header."),
        status=422,
    )


def _guess_settings(lines: list[str], *, encoding: str) -> Reading:
    dialect = guess_dialect(lines[:2000])
    return Reading(format="csv", encoding=encoding, **msgspec.structs.asdict(dialect))


def _sample(path: Path, reading: Reading, *, lines: list[str], width: int) -> list[Row]:
    """Raises Refusal `broken_csv` for a row of the head with another number of fields; later places are less sure."""
    most = max(200, min(SAMPLED_ROWS, SAMPLED_CELLS // width))
    head: list[Row] = []
    later: list[Row] = []
    for row in sample_rows(path, reading, lines=lines):
        if len(row.fields) == width:
            (head if row.number else later).append(row)
        elif row.number:
            raise wrong_width(len(row.fields), width, row=row.number, line=_line_of(lines, reading, row.number))
    return head[:most] + later[:: max(1, len(later) // most)]


def _line_of(lines: list[str], reading: Reading, row: int) -> int:
    """The line on which a row of data begins, counted from 1."""
    reader = reader_of(lines[reading.skip_rows :], reading)
    number, line = (-1 if reading.header else 0), 0
    while True:
        fields = next(reader, None)
        if fields is None:
            return reading.skip_rows + line
        number += 0 if is_blank(fields) else 1
        if number == row:
            return reading.skip_rows + line + 1
        line = reader.line_num  # type: ignore[attr-defined]


def _markers(sample: list[Row], reading: Reading) -> tuple[str, ...]:
    """Markers that stand in a column whose other values are all of one type that is no text."""
    found: list[str] = []
    for index in range(len(sample[0].fields)):
        values = _present(sample, index, reading)
        marks = {value for value in values if value in MARKERS} - set(found)
        rest = [value for value in values if value not in MARKERS]
        if marks and rest and guess_type(rest, decimal_comma=reading.decimal_comma)[0] != "string":
            found += sorted(marks)
    return tuple(found)


def _guess_columns(
    names: Sequence[str], sample: list[Row], reading: Reading
) -> tuple[tuple[ReadColumn, ...], list[str]]:
    columns, doubts = [], []
    for index, name in enumerate(names):
        values = _present(sample, index, reading)
        type_, date_format = guess_type(values, decimal_comma=reading.decimal_comma)
        columns.append(ReadColumn(name=name, type=type_, date_format=date_format))
        others = date_formats(values)[1:] if type_ == "date" else []
        if others:
            doubts.append(
                f"Column “{name}”: the days are read as {date_format}; {' or '.join(others)} would fit as well. "
                "Check it in the schema."
            )
    return tuple(columns), doubts


def _preview(sample: list[Row], reading: Reading, *, rows: int) -> Preview:
    shown = tuple(
        tuple(present(value, reading) for value in row.fields) for row in sample[:rows] if row.number
    )  # fmt: skip
    return Preview(rows=shown, problems=tuple(_problems(sample, reading)), sampled_rows=len(sample))


def _problems(sample: list[Row], reading: Reading) -> list[ColumnProblem]:
    """The first value of each column that does not fit."""
    found = []
    for index, column in enumerate(reading.columns):
        if not column.include or column.type == "string":
            continue
        counted = Counter(_present(sample, index, reading))
        bad = {
            value for value in counted if not fits(value, column.type, reading=reading, date_format=column.date_format)
        }
        if not bad:
            continue
        row = next(row for row in sample if row.fields[index].strip() in bad)
        value = row.fields[index].strip()
        others = len(bad) - 1
        more = f" ({others} more such values in the sample)" if others else ""
        message = _("“%(value)s” is not %(words)s%(more)s") % {
            "value": value[:80],
            "words": WORDS[column.type],
            "more": more,
        }
        found.append(ColumnProblem(column=column.name, row=row.number, value=value[:200], message=message))
    return found


def _present(sample: list[Row], index: int, reading: Reading) -> list[str]:
    values = (present(row.fields[index], reading) for row in sample)
    return [value for value in values if value is not None]


def present(value: str, reading: Reading) -> str | None:
    """The value without blanks around it, None where it stands for a missing one."""
    stripped = value.strip()
    return None if stripped in reading.missing_values else stripped
