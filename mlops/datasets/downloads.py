"""A version as a file: as it came, as Parquet, or as CSV; sent piece by piece, never held in memory."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from mlops.blobs.flowing import flowing
from mlops.blobs.trees import chunks, manifest_of, open_blob
from mlops.datasets.children import ask_child, local_file
from mlops.datasets.models import AssetType, DatasetVersion
from mlops.datasets.queries import DATA, data_digest
from mlops.datasets.zipping import ZipStream
from mlops.formats.manifest import File
from mlops.formats.refusal import Refusal, nearest
from mlops.scans.policies import require_clean

PIECE_BYTES = 256 * 1024
CSV_SECONDS = 1800.0
FORMATS = ("raw", "parquet", "csv")
TYPES = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv; charset=utf-8",
    "raw": "application/octet-stream",
}


def download(request: HttpRequest, version: DatasetVersion, *, format: str, actor: Any) -> StreamingHttpResponse:
    """Raises Refusal for an unknown format, a version without data, or files that the project gives to nobody."""
    makers: dict[str, Callable[[DatasetVersion], tuple[BinaryIO, str]]] = {
        "raw": _raw,
        "parquet": _parquet,
        "csv": _csv,
    }
    if format not in makers:
        raise Refusal(
            "format_unknown",
            _("“%(format)s” is no format to download.") % {"format": format},
            hint=nearest(format, FORMATS) or _("Choose raw, parquet or csv."),
        )
    if format == "raw":
        project, subject = version.dataset.project, f"datasets/{version.dataset_id}"
        require_clean(actor, project, _kept_files(version), place="download", subject=subject)
    source, name = makers[format](version)
    response = StreamingHttpResponse(flowing(request, chunks(source, PIECE_BYTES)), content_type=TYPES[format])
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    size = _size(source)
    if size is not None:
        response.headers["Content-Length"] = str(size)
    return response


def _kept_files(version: DatasetVersion) -> tuple[File, ...]:
    if version.files is not None:
        return manifest_of(version.files.digest).files
    raw = version.raw
    return (File(path=version.file_name or "data", digest=raw.digest, size_bytes=raw.size_bytes),) if raw else ()


def _raw(version: DatasetVersion) -> tuple[BinaryIO, str]:
    """A folder comes as a zip archive that is made on the way."""
    if version.files is not None:
        if version.dataset.type == AssetType.URI_FILE:
            file = manifest_of(version.files.digest).files[0]
            return open_blob(file.digest), file.path.rpartition("/")[2]
        return cast(BinaryIO, ZipStream(version.files.digest)), f"{_stem(version)}.zip"
    if version.raw_id is None:
        raise Refusal("file_not_found", _("The file of this version was not kept."), status=410)
    return open_blob(version.raw_id), version.file_name or "data"


def _parquet(version: DatasetVersion) -> tuple[BinaryIO, str]:
    return open_blob(data_digest(version)), f"{_stem(version)}.parquet"


def _csv(version: DatasetVersion) -> tuple[BinaryIO, str]:
    """The CSV has no name on disk from the start, so that nothing is left behind when the caller goes away."""
    folder = Path(tempfile.mkdtemp(dir=Path(settings.DATA_DIR) / "uploads", prefix="csv-"))
    try:
        target = folder / "data.csv"
        with local_file(data_digest(version), name=DATA) as path:
            ask_child("csv", path=path, folder=str(target), seconds=CSV_SECONDS)
        return target.open("rb"), f"{_stem(version)}.csv"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stem(version: DatasetVersion) -> str:
    return f"{version.dataset.name}-{version.version}"


def _size(source: BinaryIO) -> int | None:
    if not source.seekable():
        return None
    size = source.seek(0, 2)
    source.seek(0)
    return size
