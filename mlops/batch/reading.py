"""Reading a job's input, by a worker: files are fetched and kept, and tables brought into the form that is scored."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlparse

import msgspec
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.batch.inputs import Asked, dataset_of
from mlops.blobs.models import Blob
from mlops.blobs.trees import keep_file, keep_stream, manifest_of
from mlops.datasets.children import ask_child, local_file
from mlops.datasets.queries import data_digest
from mlops.datasets.reading.examination import Examination
from mlops.formats.batch import InputFile, InputKind
from mlops.formats.manifest import ARCHIVE_FILE
from mlops.formats.reading import Reading
from mlops.formats.refusal import Refusal
from mlops.formats.table import TableSchema

Beat = Callable[[], bool]
"""Called now and then; False where the job is no longer this worker's."""

MOST_FILES = 100_000
MOST_DOWNLOAD_BYTES = 64 * 1024**3
DOWNLOAD_SECONDS = 60.0
"""Without a byte."""
IMPORT_SECONDS = 2 * 3600.0
TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".arff", ".svmlight")
DATA, META = "data.parquet", "meta.json"


class ReadInput(msgspec.Struct, frozen=True, kw_only=True):
    """`schema`: of the tables (the first file's); None where the input is files."""

    kind: InputKind
    files: tuple[InputFile, ...]
    schema: TableSchema | None = None
    sources: tuple[str, ...] = ()


def read(project: Project, asked: Asked, *, as_files: bool, beat: Beat, work: Path) -> ReadInput:
    """`as_files`: a script wants files as they are; without it each file is read as a table.

    Raises Refusal that names the file and what is wrong with it."""
    if asked.kind == "dataset":
        version = dataset_of(project, asked)
        digest = data_digest(version)
        size = Blob.objects.get(pk=digest).size_bytes
        file = InputFile(name=str(version), digest=digest, rows=version.row_count or 0, size_bytes=size)
        schema = msgspec.convert(version.schema, type=TableSchema)
        return ReadInput(kind="table", files=(file,), schema=schema, sources=(str(version),))
    files = tuple(_downloaded(asked.url, beat) if asked.kind == "url" else _of_tree(asked.tree, beat))
    sources = (f"{asked.dataset}:{asked.version}",) if asked.dataset else ()
    if not files:
        raise Refusal("input_empty", _("The input has no file."), hint=_("Choose a folder with files."), status=422)
    if as_files:
        return ReadInput(kind="files", files=files, sources=sources)
    return _as_tables(files, sources=sources, beat=beat, work=work)


def _of_tree(tree: str, beat: Beat) -> Iterator[InputFile]:
    """The files of an upload, of an archive, or of a run's output."""
    files = manifest_of(tree).files
    archive = next((file for file in files if file.path == ARCHIVE_FILE), None)
    if archive is not None:
        with local_file(archive.digest, name=ARCHIVE_FILE) as path:
            yield from _unpacked(path, beat)
        return
    for file in files:
        if file.path != META or not any(other.path == DATA for other in files):
            yield InputFile(name=file.path, digest=file.digest, size_bytes=file.size_bytes)


def _unpacked(path: Path, beat: Beat) -> Iterator[InputFile]:
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.is_dir() or PurePosixPath(entry.filename).name.startswith("."):
                continue
            _go_on(beat)
            with archive.open(entry) as source:
                blob = keep_stream(source)  # type: ignore[arg-type]
            yield InputFile(name=entry.filename, digest=blob.digest, size_bytes=blob.size_bytes)


def _downloaded(url: str, beat: Beat) -> Iterator[InputFile]:
    """One file, or the files of an archive. It goes to the disk as it comes."""
    import httpx

    name = PurePosixPath(unquote(urlparse(url).path)).name or "input"
    with tempfile.TemporaryFile() as file:
        try:
            with httpx.stream("GET", url, follow_redirects=True, timeout=DOWNLOAD_SECONDS) as answer:
                answer.raise_for_status()
                for chunk in answer.iter_bytes(1024 * 1024):
                    _go_on(beat)
                    file.write(chunk)
                    if file.tell() > MOST_DOWNLOAD_BYTES:
                        raise _unreachable(url, _("it is larger than 64 GB"))
        except httpx.HTTPStatusError as error:
            raise _unreachable(
                url, _("the server answers %(status)d") % {"status": error.response.status_code}
            ) from error
        except httpx.HTTPError as error:
            raise _unreachable(url, str(error) or type(error).__name__) from error
        file.seek(0)
        blob = keep_stream(file)
    if name.lower().endswith(".zip"):
        with local_file(blob.digest, name=name) as path:
            yield from _unpacked(path, beat)
        return
    yield InputFile(name=name, digest=blob.digest, size_bytes=blob.size_bytes)


def _as_tables(files: tuple[InputFile, ...], *, sources: tuple[str, ...], beat: Beat, work: Path) -> ReadInput:
    tables = []
    schema: TableSchema | None = None
    for file in files:
        _go_on(beat)
        if not file.name.lower().endswith(TABLE_ENDINGS):
            raise Refusal(
                "input_not_a_table",
                _("“%(name)s” is no table, and a model without a script scores tables.") % {"name": file.name},
                hint=_("Give CSV or Parquet files, or deploy the model with a scoring script for files."),
                status=422,
            )
        table, found = _imported(file, beat=beat, work=work)
        schema = schema or found
        tables.append(table)
    return ReadInput(kind="table", files=tuple(tables), schema=schema, sources=sources)


def _imported(file: InputFile, *, beat: Beat, work: Path) -> tuple[InputFile, TableSchema]:
    """The file read as an upload of it would be, in a process of its own."""
    folder = work / "table"
    try:
        with local_file(file.digest) as path:
            seen = msgspec.convert(ask_child("examine", path=path, file_name=file.name, beat=beat), type=Examination)
            done = _converted(path, seen.reading, file=file, folder=folder, beat=beat)
    except Refusal as refusal:
        if refusal.code != "import_abandoned":
            refusal.message = f"{file.name}: {refusal.message}"
        raise
    blob = keep_file(folder / DATA)
    shutil.rmtree(folder)
    schema = msgspec.convert(done["meta"]["schema"], type=TableSchema)
    rows = schema.row_count or 0
    return InputFile(name=file.name, digest=blob.digest, size_bytes=blob.size_bytes, rows=rows), schema


def _converted(path: Path, reading: Reading, *, file: InputFile, folder: Path, beat: Beat) -> Any:
    """A column with a value that does not fit its type is kept as text: the row fails when it is scored, no other."""
    order: dict[str, Any] = {"seconds": IMPORT_SECONDS, "beat": beat, "folder": str(folder), "file_name": file.name}
    while True:
        try:
            return ask_child("import", path=path, reading=reading, **order)
        except Refusal as refusal:
            column = refusal.where.column
            kinds = {one.name: one.type for one in reading.columns}
            if refusal.code != "value_does_not_fit" or kinds.get(column or "", "string") == "string":
                raise
        shutil.rmtree(folder, ignore_errors=True)
        columns = tuple(
            msgspec.structs.replace(one, type="string") if one.name == column else one for one in reading.columns
        )
        reading = msgspec.structs.replace(reading, columns=columns)


def _go_on(beat: Beat) -> None:
    if not beat():
        raise Refusal("import_abandoned", _("Another worker has taken over, or the job was cancelled."), status=409)


def _unreachable(url: str, why: str) -> Refusal:
    return Refusal(
        "input_unreachable",
        _("%(url)s cannot be read: %(why)s.") % {"url": url, "why": why.rstrip(".")},
        hint=_("Open the address in a browser; it must answer without a sign-in from where the worker runs."),
        status=422,
    )
