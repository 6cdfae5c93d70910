"""A file under a confirmed reading becomes `data.parquet` and `meta.json`; memory stays small whatever its size."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mlops.datasets.reading.filekind import kind_of
from mlops.datasets.reading.recognition import WORDS, date_formats
from mlops.formats.reading import ReadColumn, Reading
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema
from mlops.formats.transform import TableMeta

if TYPE_CHECKING:
    import polars as pl

    from mlops.datasets.reading.textrows import Batch

DATA = "data.parquet"
META = "meta.json"


def convert(path: Path, reading: Reading, folder: Path, *, source: str = "", file_name: str = "") -> TableMeta:
    """Writes both files below `folder`; `source` is `name:version`. Raises Refusal with the place and the remedy."""
    if reading.format == "standin":
        return _made(path, folder, source=source)
    kind = kind_of(path, file_name or f"data.{reading.format}")
    if kind != reading.format:
        raise Refusal(
            "not_what_it_says",
            _("The file looks like %(kind)s, the settings say %(format)s.") % {"kind": kind, "format": reading.format},
            hint=_("Have the file looked at again."),
            status=422,
        )
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "zip":
        return _from_zip(path, folder, source=source)
    parts = folder.parent / f"{folder.name}-parts"
    shutil.rmtree(parts, ignore_errors=True)
    parts.mkdir()
    try:
        columns = _from_parquet(path, reading, parts) if kind == "parquet" else _from_text(path, reading, parts)
        rows = _join(parts, folder / DATA)
    finally:
        shutil.rmtree(parts, ignore_errors=True)
    meta = _meta(columns, rows=rows, source=source)
    (folder / META).write_bytes(msgspec.json.encode(meta))
    return meta


def _made(path: Path, folder: Path, *, source: str) -> TableMeta:
    """Data that is made here, by the name in the file. Raises Refusal `standin_unknown`."""
    from mlops.datasets.standins import MADE
    from mlops.stats.schema import column_type

    name = path.read_text(encoding="utf-8", errors="replace").strip()[:200]
    if name not in MADE:
        hint = nearest(name, MADE) or (_("There are: %(names)s.") % {"names": ", ".join(MADE)})
        raise Refusal("standin_unknown", _("There is no stand-in “%(name)s”.") % {"name": name}, hint=hint, status=422)
    frame = MADE[name]()
    folder.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(folder / DATA)
    columns = [ReadColumn(name=one, type=column_type(dtype)) for one, dtype in frame.schema.items()]
    meta = _meta(columns, rows=frame.height, source=source)
    (folder / META).write_bytes(msgspec.json.encode(meta))
    return meta


def _from_zip(path: Path, folder: Path, *, source: str) -> TableMeta:
    from mlops.datasets.reading.zipped import COLUMNS, write_zip

    rows = write_zip(path, folder, folder / DATA)
    meta = _meta(list(COLUMNS), rows=rows, source=source)
    (folder / META).write_bytes(msgspec.json.encode(meta))
    return meta


def _from_text(path: Path, reading: Reading, parts: Path) -> list[ReadColumn]:
    from mlops.datasets.reading.encoding import known_encoding
    from mlops.datasets.reading.sampling import head_lines
    from mlops.datasets.reading.sniffing import check_columns, check_head, examine
    from mlops.datasets.reading.textrows import batches

    reading = msgspec.structs.replace(reading, encoding=known_encoding(reading.encoding))
    if not reading.columns:
        reading = examine(path, "data.csv", settings=reading, rows=0).reading
    head = check_head(head_lines(path, reading.encoding), reading)
    check_columns(reading, len(head))
    names = [column.name for column in reading.columns]
    found = batches(path, reading, width=len(head), names=names)
    included = [column for column in reading.columns if column.include]
    return _write_texts(found, included, reading, parts)


def _write_texts(found: Iterator[Batch], columns: list[ReadColumn], reading: Reading, parts: Path) -> list[ReadColumn]:
    from mlops.datasets.reading.casting import from_text, present_text

    for number, batch in enumerate(found):
        texts = batch.frame.select(present_text(column, reading) for column in columns)
        if number == 0:
            columns = [_with_date_format(column, texts) for column in columns]
        typed = {
            column.name: texts.select(from_text(_col(column), column, decimal_comma=reading.decimal_comma)).to_series()
            for column in columns
        }
        _check(texts, typed, columns, first_row=batch.first_row)
        _write(typed, parts / f"{number:08}.parquet")
    if not any(parts.iterdir()):
        raise Refusal("no_rows", _("The file has no row of data."), hint=_("Upload a file with data."), status=422)
    return columns


def _from_parquet(path: Path, reading: Reading, parts: Path) -> list[ReadColumn]:
    import polars as pl

    from mlops.datasets.reading.casting import from_stored
    from mlops.datasets.reading.parquet import complete, open_parquet, unfit, unreadable

    frame = open_parquet(path)
    reading = complete(reading, frame)
    columns = [column for column in reading.columns if column.include]
    schema = frame.collect_schema()
    rows = int(frame.select(pl.len()).collect().item())
    names = [column.name for column in columns]
    step = max(1_000, min(rows, 4_000_000 // len(columns)))
    for number, start in enumerate(range(0, rows, step)):
        try:
            batch = frame.slice(start, step).select(names).collect()
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
            raise unreadable(error) from error
        if number == 0:
            columns = [_with_date_format(column, batch) for column in columns]
        typed = {
            column.name: batch.select(from_stored(_col(column), schema[column.name], column)).to_series()
            for column in columns
        }
        for column in columns:
            if problems := unfit(batch, column, first_row=start + 1):
                raise _does_not_fit(column, row=problems[0].row, value=problems[0].value)
        _write(typed, parts / f"{number:08}.parquet")
    return columns


def _col(column: ReadColumn) -> pl.Expr:
    import polars as pl

    return pl.col(column.name)


def _with_date_format(column: ReadColumn, texts: pl.DataFrame) -> ReadColumn:
    """A date without a stated format is read in the one that fits the first values."""
    import polars as pl

    if column.type != "date" or column.date_format or texts.schema[column.name] != pl.String:
        return column
    values = texts[column.name].drop_nulls().str.strip_chars().head(2000).to_list()
    known = date_formats(values) or date_formats(values[:1])
    return msgspec.structs.replace(column, date_format=known[0] if known else "iso")


def _check(texts: pl.DataFrame, typed: dict[str, pl.Series], columns: list[ReadColumn], *, first_row: int) -> None:
    """Raises Refusal `value_does_not_fit` for the first value, in the order of rows, that its type cannot hold."""
    firsts = []
    for column in columns:
        if column.type == "string":
            continue
        bad = texts[column.name].is_not_null() & typed[column.name].is_null()
        index = bad.arg_max() if bad.any() else None
        if index is not None:
            firsts.append((index, column))
    if firsts:
        index, column = min(firsts, key=lambda one: one[0])
        raise _does_not_fit(column, row=first_row + index, value=str(texts[column.name][index]))


def _does_not_fit(column: ReadColumn, *, row: int, value: str) -> Refusal:
    word = WORDS[column.type]
    if column.type == "date" and column.date_format:
        word += " (ISO 8601)" if column.date_format == "iso" else f" in the form {column.date_format}"
    return Refusal(
        "value_does_not_fit",
        _("Row %(row)s, column “%(name)s”: “%(value)s” is not %(word)s.")
        % {"row": f"{row:,}", "name": column.name, "value": value[:80], "word": word},
        hint=_("Choose another type for “%(name)s”, add “%(value)s” to the missing values, or correct the file.")
        % {"name": column.name, "value": value[:40]},
        status=422,
        where=Where(column=column.name, row=row, value=value[:200]),
    )


def _write(typed: dict[str, pl.Series], path: Path) -> None:
    import polars as pl

    from mlops.datasets.reading.casting import STORED

    frame = pl.DataFrame([series.rename(name) for name, series in typed.items()])
    frame = frame.cast({name: dtype for name in typed if frame.schema[name] == pl.Null for dtype in [STORED["string"]]})
    frame.write_parquet(path, compression="lz4", statistics=False)


def _join(parts: Path, target: Path) -> int:
    """One file of all parts, one in memory at a time; the number of rows."""
    import polars as pl

    from mlops.stats.pieces import write_pieces

    files, rows = sorted(parts.glob("*.parquet")), 0

    def read() -> Iterator[pl.DataFrame]:
        nonlocal rows
        for file in files:
            frame = pl.read_parquet(file)
            file.unlink()
            rows += frame.height
            yield frame

    write_pieces(read(), pl.read_parquet(files[0]), target, compression_level=None)
    return rows


def _meta(columns: list[ReadColumn], *, rows: int, source: str) -> TableMeta:
    schema = TableSchema(
        columns=tuple(Column(name=column.name, type=column.type) for column in columns), row_count=rows
    )
    return TableMeta(schema=schema, source=schema, recipe=(), sources=(source,) if source else ())
