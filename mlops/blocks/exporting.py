"""Writes a table to a file of a common format, for people and other programs."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, BinaryIO, Literal

from mlops.blocks.values import Bundle

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call

DATE_FORM = "%Y-%m-%dT%H:%M:%S%.f"


def exported(call: Call, *, file_name: str, format: Literal["csv", "tsv", "parquet", "jsonl"]) -> Bundle:
    """One file in a folder of its own below the step's."""
    table = call.table("dataset")
    folder = call.work_dir / "export"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file_name}.{format}"
    if format == "parquet":
        shutil.copyfile(table.file(call.work_dir / "rows"), path)
    else:
        with path.open("wb") as file:
            for place, piece in enumerate(table.pieces()):
                _append(piece, file, format, with_header=place == 0)
    call.report.log(f"Wrote {table.height} rows to {path.name} ({path.stat().st_size:,} bytes).")
    return Bundle(folder=folder)


def _append(rows: pl.DataFrame, file: BinaryIO, format: str, *, with_header: bool) -> None:
    if format == "jsonl":
        rows.write_ndjson(file)
    else:
        separator = "\t" if format == "tsv" else ","
        rows.write_csv(file, include_header=with_header, separator=separator, datetime_format=DATE_FORM)
