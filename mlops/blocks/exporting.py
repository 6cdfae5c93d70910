"""Writes a table to a file of a common format, for people and other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mlops.blocks.values import Bundle

if TYPE_CHECKING:
    from mlops.blocks.call import Call

DATE_FORM = "%Y-%m-%dT%H:%M:%S%.f"


def exported(call: Call, *, file_name: str, format: Literal["csv", "tsv", "parquet", "jsonl"]) -> Bundle:
    """One file in a folder of its own below the step's."""
    frame = call.table("dataset").frame
    folder = call.work_dir / "export"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file_name}.{format}"
    if format == "parquet":
        frame.write_parquet(path)
    elif format == "jsonl":
        frame.write_ndjson(path)
    else:
        separator = "\t" if format == "tsv" else ","
        frame.write_csv(path, separator=separator, datetime_format=DATE_FORM)
    call.report.log(f"Wrote {frame.height} rows to {path.name} ({path.stat().st_size:,} bytes).")
    return Bundle(folder=folder)
