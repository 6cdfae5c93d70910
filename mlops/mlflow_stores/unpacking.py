"""A zip of a store, which anybody may have packed: unpacked into a folder, with limits and without links."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

from mlops.formats.inner_paths import inner_path
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

MOST_BYTES = 100 * 2**30
MOST_FILES = 2_000_000
CHUNK_BYTES = 1 << 20


def unpack(archive: Path, target: Path, *, most_bytes: int = MOST_BYTES) -> None:
    """Raises Refusal `zip_unreadable`, `path_outside`, `name_unusable`, `store_too_large`."""
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [one for one in opened.infolist() if not one.is_dir()]
            if len(members) > MOST_FILES:
                raise Refusal(
                    "too_many_files",
                    _("The zip holds more than %(most_files)s files.") % {"most_files": f"{MOST_FILES:,}"},
                    status=422,
                )
            left = most_bytes
            for member in members:
                if stat.S_ISLNK(member.external_attr >> 16):
                    continue
                left -= _written(opened, member, target / inner_path(member.filename), left)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise Refusal(
            "zip_unreadable",
            _("The file cannot be unpacked: %(error)s.") % {"error": error},
            hint=_(
                "Send a zip, without a password, of the folder mlruns or of mlflow.db with the folder of its files."
            ),
            status=422,
        ) from error


def _written(opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, most: int) -> int:
    """Counts what comes out, whatever the archive says of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with opened.open(member) as packed, target.open("wb") as file:
        while chunk := packed.read(CHUNK_BYTES):
            size += len(chunk)
            if size > most:
                raise Refusal("store_too_large", _("The zip unpacks to more than an import may hold."), status=422)
            file.write(chunk)
    return size
