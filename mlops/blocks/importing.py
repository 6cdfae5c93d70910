"""Reads a file from outside as a table: fetched from the web, or out of an archive."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import polars as pl

from mlops.blocks.fetching import Fetched, fetch
from mlops.blocks.stored import surely_fits
from mlops.blocks.values import new_table, read_new_table
from mlops.env import read
from mlops.formats.kept import DATA_FILE
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.stats.pieces import ROW_GROUP_ROWS

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Table

SAMPLED_ROWS = 10_000
ENDINGS = {".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"}
CONTENT_TYPES = {
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/vnd.apache.parquet": "parquet",
    "application/x-ndjson": "jsonl",
    "application/jsonl": "jsonl",
}


def imported(call: Call) -> Table:
    hosts = {host.strip().lower() for host in read("MLOPS_IMPORT_PRIVATE_HOSTS").split(",") if host.strip()}
    call.work_dir.mkdir(parents=True, exist_ok=True)
    fetched = fetch(
        call.parameters["url"],
        call.work_dir / "fetched",
        most_bytes=int(read("MLOPS_IMPORT_MOST_BYTES")),
        private_hosts=hosts,
        progress=lambda share: call.report.progress(share * 0.8),
    )
    chosen = call.parameters["data_format"]
    format = _format(fetched) if chosen == "auto" else chosen
    table = read_as_table(
        fetched.path,
        format,
        has_header=call.parameters["has_header"],
        source=fetched.url,
        folder=call.work_dir / "read",
    )
    fetched.path.unlink()
    call.report.log(
        f"Read {table.height} rows with {len(table.schema.columns)} columns as {format} from {fetched.url}."
    )
    return table


def _format(fetched: Fetched) -> str:
    return format_of(urlsplit(fetched.url).path) or CONTENT_TYPES.get(fetched.content_type, "csv")


def format_of(name: str) -> str | None:
    """By the ending of a file's name."""
    return ENDINGS.get(PurePosixPath(name.removesuffix(".gz")).suffix.lower())


def read_as_table(
    path: Path, format: str, *, has_header: bool, source: str, folder: Path, sources: tuple[str, ...] = ()
) -> Table:
    """A table that is its own source. Types are found from the first rows. Refusal `file_unreadable` names `source`.

    What is large for this process goes through `folder`, piece by piece, and stays there."""
    try:
        if surely_fits(path):
            return new_table(_read(path, format, has_header=has_header).collect(), sources=sources)
        folder.mkdir(parents=True, exist_ok=True)
        rows = _read(path, format, has_header=has_header)
        if format == "parquet":
            rows.collect_schema()  # or it is none
            (folder / DATA_FILE).hardlink_to(path)
        else:
            rows.sink_parquet(folder / DATA_FILE, row_group_size=ROW_GROUP_ROWS, compression_level=1)
    except (pl.exceptions.PolarsError, OSError, UnicodeError) as error:
        message = _("'%(source)s' cannot be read as %(format)s: %(splitlines)s.") % {
            "source": source,
            "format": format,
            "splitlines": str(error).splitlines()[0].rstrip("."),
        }
        hint = _("Choose another format. A server may also have sent a page instead of the file.")
        where = Where(parameter="data_format", value=source)
        raise Refusal("file_unreadable", message, hint=hint, status=422, where=where) from error
    return read_new_table(folder, sources=sources)


def _read(path: Path, format: str, *, has_header: bool) -> pl.LazyFrame:
    if format == "parquet":
        return pl.scan_parquet(path)
    if format == "jsonl":
        return pl.scan_ndjson(path, infer_schema_length=SAMPLED_ROWS)
    frame = pl.scan_csv(
        path,
        separator="\t" if format == "tsv" else ",",
        has_header=has_header,
        infer_schema_length=SAMPLED_ROWS,
        try_parse_dates=True,
    )
    if has_header:
        return frame
    names = frame.collect_schema().names()
    return frame.rename({name: f"Col{place}" for place, name in enumerate(names, start=1)})
