"""A zip archive as a dataset: the archive is kept as it came, and its table lists the files in it."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mlops.datasets.reading.examination import Examination, Preview
from mlops.formats.manifest import ARCHIVE_FILE
from mlops.formats.reading import ReadColumn, Reading
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    import polars as pl

MOST_FILES = 200_000
MOST_UNPACKED_BYTES = 50 * 2**30
COLUMNS = (
    ReadColumn(name="path", type="string"),
    ReadColumn(name="folder", type="string"),
    ReadColumn(name="bytes", type="integer"),
)
READING = Reading(format="zip", columns=COLUMNS)


def examine_zip(path: Path, *, rows: int) -> Examination:
    listed = entries(path)
    warning = (
        f"The archive is kept as {len(listed):,} files, for components that take a zip file. "
        "To get a table, upload the CSV or Parquet file inside."
    )
    return Examination(reading=READING, preview=_preview(listed, rows), warnings=(warning,))


def preview_zip(path: Path, *, rows: int) -> Preview:
    return _preview(entries(path), rows)


def write_zip(path: Path, folder: Path, listing: Path) -> int:
    """The archive into `folder`, and the table of its files into `listing`; the number of files."""
    found = entries(path)
    _listed(found).write_parquet(listing)
    shutil.copyfile(path, folder / ARCHIVE_FILE)
    return len(found)


def entries(path: Path) -> list[zipfile.ZipInfo]:
    """The files in the order of their paths. Raises Refusal for an archive that cannot be unpacked safely."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = sorted((one for one in archive.infolist() if is_content(one)), key=lambda one: one.filename)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        hint = _("Make the archive again and upload it once more.")
        raise Refusal(
            "zip_unreadable", _("The zip archive is damaged: %(error)s.") % {"error": error}, hint=hint, status=422
        ) from error
    if not found:
        raise Refusal("empty_file", _("The zip archive holds no file."), hint=_("Put files into it."), status=422)
    if len(found) > MOST_FILES or sum(one.file_size for one in found) > MOST_UNPACKED_BYTES:
        message = _("The archive holds %(count)s files of %(sum)s bytes unpacked.") % {
            "count": f"{len(found):,}",
            "sum": f"{sum(one.file_size for one in found):,}",
        }
        hint = _("Up to %(most_files)s files and %(most_unpacked_bytes)s bytes can be kept; split it.") % {
            "most_files": f"{MOST_FILES:,}",
            "most_unpacked_bytes": f"{MOST_UNPACKED_BYTES:,}",
        }
        raise Refusal("zip_too_large", message, hint=hint, status=422)
    for one in found:
        _require_harmless(one)
    return found


def is_content(entry: zipfile.ZipInfo) -> bool:
    """Neither a folder nor what an operating system leaves behind."""
    parts = PurePosixPath(entry.filename).parts
    return not entry.is_dir() and "__MACOSX" not in parts and parts[-1] not in (".DS_Store", "Thumbs.db")


def _require_harmless(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    where = Where(value=name[:200])
    if name.startswith(("/", "\\")) or ".." in PurePosixPath(name.replace("\\", "/")).parts or ":" in name[:2]:
        message = _("The archive names the file “%(name)s”, which lies outside of it.") % {"name": name[:200]}
        raise Refusal("unsafe_path", message, hint=_("Make it again with paths inside it."), status=422, where=where)
    if entry.flag_bits & 0x1:
        message = _("“%(name)s” is encrypted.") % {"name": name[:200]}
        raise Refusal("zip_encrypted", message, hint=_("Make the archive without a password."), status=422, where=where)


def _listed(found: list[zipfile.ZipInfo]) -> pl.DataFrame:
    import polars as pl

    rows = [(one.filename, _folder(one), one.file_size) for one in found]
    return pl.DataFrame(rows, schema={"path": pl.String, "folder": pl.String, "bytes": pl.Int64}, orient="row")


def _preview(found: list[zipfile.ZipInfo], rows: int) -> Preview:
    shown = tuple((one.filename, _folder(one), str(one.file_size)) for one in found[:rows])
    return Preview(rows=shown, sampled_rows=len(found))


def _folder(entry: zipfile.ZipInfo) -> str:
    """The name of the folder that the file is in: the category of an image."""
    return PurePosixPath(entry.filename).parent.name
