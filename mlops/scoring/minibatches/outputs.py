"""The results of several mini-batches as one file: CSV, Parquet, JSON lines or text; and as a table to look at."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.formats.batch import AssemblyOrder, AssemblyPart
from mlops.formats.table import Column, TableSchema
from mlops.formats.transform import TableMeta
from mlops.stats.schema import column_type, storage_type

if TYPE_CHECKING:
    import polars as pl

ENDINGS = (".csv", ".parquet", ".jsonl", ".txt")
DATA_FILE = "data.parquet"
ROW_GROUP_ROWS = 100_000
BROKEN = "The table is the output of a batch job; its predictions cannot be replayed for a request."


class Output(msgspec.Struct, frozen=True, kw_only=True):
    rows: int
    has_table: bool
    columns: tuple[str, ...] = ()


def write_output(
    parts: Sequence[AssemblyPart], *, name: str, files: Path, table: Path | None, order: AssemblyOrder, work: Path
) -> Output:
    """Writes `files/name`, and the same rows as a stored table into the folder `table`, if one is wanted."""
    ending = Path(name).suffix.lower()
    found = _frame(parts, work)
    schema = found.collect_schema()
    columns = tuple(schema.names())
    if ending == ".parquet" and table is not None and not any(dtype.is_nested() for dtype in schema.dtypes()):
        rows = _keep_table(found, table, sources=order.sources)
        os.link(table / DATA_FILE, files / name)
        return Output(rows=rows, has_table=True, columns=columns)
    if ending == ".txt" and all(part.form == "lines" for part in parts):
        rows = _as_text(parts, files / name)
    else:
        rows = 0
    if ending == ".parquet":
        found.sink_parquet(files / name, compression="zstd", row_group_size=ROW_GROUP_ROWS)
    elif ending == ".jsonl":
        found.sink_ndjson(files / name)
    elif not rows:
        separator = " " if ending == ".txt" else ","
        found.sink_csv(files / name, datetime_format="%Y-%m-%dT%H:%M:%S%.f", separator=separator)
    if table is None:
        return Output(rows=rows, has_table=False, columns=columns)
    rows = _keep_table(found, table, sources=order.sources)
    return Output(rows=rows, has_table=True, columns=columns)


def _frame(parts: Sequence[AssemblyPart], work: Path) -> pl.LazyFrame:
    """All rows in order; columns of all parts, in the type that holds the values of each."""
    import polars as pl

    if all(part.form == "table" for part in parts):
        frames = [pl.scan_parquet(part.out) for part in parts]
        schemas = {tuple(frame.collect_schema().items()) for frame in frames}
        if len(schemas) == 1:
            return pl.scan_parquet([part.out for part in parts])
        return pl.concat(frames, how="diagonal_relaxed")
    if all(part.form == "objects" for part in parts):
        return pl.scan_ndjson([part.out for part in parts], infer_schema_length=None)
    return pl.scan_ndjson(_as_objects(parts, work / "objects.jsonl"), infer_schema_length=None)


def _as_objects(parts: Sequence[AssemblyPart], path: Path) -> Path:
    """A list becomes the columns 1, 2, …; a single value the column `prediction`."""
    with path.open("wb") as target:
        for part in parts:
            with open(part.out, "rb") as lines:
                for line in lines:
                    target.write(msgspec.json.encode(_object(msgspec.json.decode(line))) + b"\n")
    return path


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {str(place): one for place, one in enumerate(value, start=1)}
    return {"prediction": value}


def _as_text(parts: Sequence[AssemblyPart], path: Path) -> int:
    """One line for each element, as Azure's append_row writes it; the cells of a list are separated by a space."""
    count = 0
    with path.open("w", encoding="utf-8") as target:
        for part in parts:
            with open(part.out, "rb") as lines:
                for line in lines:
                    value = msgspec.json.decode(line)
                    cells = value if isinstance(value, list) else [value]
                    target.write(" ".join(str(cell) for cell in cells) + "\n")
                    count += 1
    return count


def _keep_table(found: pl.LazyFrame, folder: Path, *, sources: tuple[str, ...]) -> int:
    """data.parquet and meta.json, as steps leave their tables; values of other types are kept as text."""
    import polars as pl

    folder.mkdir(parents=True, exist_ok=True)
    known = found.collect_schema()
    kept = found.select(
        pl.col(name).cast(storage_type(column_type(dtype)), strict=False)
        if not dtype.is_nested()
        else pl.col(name).map_elements(str, return_dtype=pl.String)
        for name, dtype in known.items()
    )
    data = folder / DATA_FILE
    kept.sink_parquet(data, compression="zstd", row_group_size=ROW_GROUP_ROWS)
    rows = int(pl.scan_parquet(data).select(pl.len()).collect().item())
    columns = tuple(Column(name=name, type=column_type(dtype)) for name, dtype in known.items())
    schema = TableSchema(columns=columns, row_count=rows)
    meta = TableMeta(schema=schema, source=None, broken=BROKEN, sources=sources)
    (folder / "meta.json").write_bytes(msgspec.json.encode(meta))
    return rows
