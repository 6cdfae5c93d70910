"""Values as files for code that knows nothing of us, and its files as values again."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from mlops.blocks.values import Table, new_table, read_table, write_value
from mlops.formats.kept import DATA_FILE, META_FILE, holds_table, own_paths
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext
from mlops.stats.schema import conform, describe_schema

if TYPE_CHECKING:
    import polars as pl

    from mlops.formats.component import Port
    from mlops.formats.definition import FileForm
    from mlops.formats.step import StepOrder

MLTABLE_FILE = "MLTable"
MLTABLE = "paths:\n  - file: ./data.parquet\ntransformations:\n  - read_parquet\n"
PARQUET_MAGIC = b"PAR1"
TABLE_ENDINGS = (".csv", ".parquet", ".tsv")


def hand_over(port: Port, form: FileForm, source: Path, folder: Path) -> Path:
    """A copy that the code may change: the kept bytes stay as they are. The value is the path to tell the code.

    Of a port that takes anything the code gets what was kept, without what the product put beside it."""
    target = folder / port.name
    is_table = holds_table(source)
    own = own_paths((path.relative_to(source).as_posix() for path in _files(source)), holds_table=is_table)
    if form == "uri_file" and is_table and not own:
        folder.mkdir(parents=True, exist_ok=True)
        file = target.with_suffix(".csv")
        read_table(source).frame.write_csv(file)
        return file
    if form == "mltable" and is_table and MLTABLE_FILE not in own:
        target.mkdir(parents=True)
        shutil.copyfile(source / DATA_FILE, target / DATA_FILE)
        (target / MLTABLE_FILE).write_text(MLTABLE)
        return target
    if port.type != "any":
        shutil.copytree(source, target, copy_function=shutil.copyfile)
        return target
    _copy(source, own or ([DATA_FILE] if is_table else own), target)
    return target / own[0] if form == "uri_file" and len(own) == 1 else target


def place_for(port: Port, form: FileForm, folder: Path) -> Path:
    """Where the code is to write: a file's path for `uri_file`, else an empty folder."""
    (folder / port.name).mkdir(parents=True)
    return folder / port.name / port.name if form == "uri_file" else folder / port.name


def take_back(
    port: Port, place: Path, target: Path, given: list[Table], title: str, *, may_be_empty: bool = False
) -> None:
    """Keeps what was written at `place`, every file as it is. Raises Refusal `output_missing`, `not_a_table`."""
    root = place if place.is_dir() else place.parent
    files = _files(place)
    if not files and may_be_empty:
        return
    if not files:
        raise Refusal(
            "output_missing",
            gettext("“%(title)s” wrote nothing to its output “%(label)s”.") % {"title": title, "label": port.label},
            hint=gettext("It must write to the path that it is given for it. The log shows what it printed."),
            status=422,
            where=Where(port=port.name),
        )
    if port.type == "table":
        write_value(table_after(_read(port, files, title), given, title), target)
        return
    _copy(root, [path.relative_to(root).as_posix() for path in files], target)
    if len(files) == 1 and (target / META_FILE).exists() is False and _may_be_table(files[0]):
        with contextlib.suppress(Refusal):  # then it is no table, and kept as a file
            write_value(table_after(_read(port, files, title), given, title), target)


def _may_be_table(file: Path) -> bool:
    """Parquet, a file called CSV, or lines of text whose first has several names."""
    if file.suffix.lower() in TABLE_ENDINGS or _is_parquet(file):
        return True
    if file.suffix:
        return False
    with file.open("rb") as opened:
        line = opened.readline(20_000)
    return b"," in line and not line.lstrip().startswith((b"{", b"[", b"<")) and b"\0" not in line


def _copy(source: Path, paths: list[str], target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in paths:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / path, target / path)


def table_after(frame: pl.DataFrame, given: list[Table], title: str) -> Table:
    """What came out of code that cannot be replayed on a request: the way back to the dataset ends here."""
    frame = conform(frame)
    if not given:
        return new_table(frame)
    reason = gettext("“%(title)s” is a component of the project, which is not replayed for a request.") % {
        "title": title
    }
    sources = tuple(dict.fromkeys(name for table in given for name in table.meta.sources))
    known = {column.name: column for table in reversed(given) for column in table.schema.columns}
    described = describe_schema(frame)
    import msgspec

    columns = tuple(
        msgspec.structs.replace(known[column.name], type=column.type) if column.name in known else column
        for column in described.columns
    )
    table = given[0].broken(frame, schema=msgspec.structs.replace(described, columns=columns), reason=reason)
    return Table(frame=frame, meta=msgspec.structs.replace(table.meta, sources=sources))


def tables_of(order: StepOrder) -> list[Table]:
    """Those among the inputs, for what their rows descend from."""
    return [read_table(path) for _, path in sorted(order.inputs.items()) if (Path(path) / DATA_FILE).exists()]


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    return sorted(path for path in place.rglob("*") if path.is_file() and not path.is_symlink())


def _read(port: Port, files: list[Path], title: str) -> pl.DataFrame:
    """One table of the Parquet files, or else of the CSV files; a file is known by its content."""
    import polars as pl

    try:
        parquet = [file for file in files if _is_parquet(file)]
        if parquet:
            return pl.concat([pl.read_parquet(file) for file in parquet], how="vertical_relaxed")
        texts = [file for file in files if file.name != MLTABLE_FILE]
        return pl.concat([_read_csv(file) for file in texts], how="vertical_relaxed")
    except (pl.exceptions.PolarsError, OSError, ValueError, UnicodeDecodeError) as error:
        raise Refusal(
            "not_a_table",
            gettext("What “%(title)s” wrote to its output “%(label)s” is no table: %(splitlines)s.")
            % {"title": title, "label": port.label, "splitlines": str(error).splitlines()[0]},
            hint=gettext("Write CSV with a header line, or Parquet."),
            status=422,
            where=Where(port=port.name),
        ) from error


def _read_csv(file: Path) -> pl.DataFrame:
    import polars as pl

    separator = "\t" if file.suffix.lower() == ".tsv" else ","
    return pl.read_csv(file, separator=separator, try_parse_dates=True, infer_schema_length=None)


def _is_parquet(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(4) == PARQUET_MAGIC
