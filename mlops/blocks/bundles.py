"""What lies at a zip port: the archive of a dataset, or files that a step put there."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import msgspec

from mlops.blocks.values import Bundle
from mlops.formats.kept import META_FILE
from mlops.formats.manifest import ARCHIVE_FILE
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.transform import TableMeta


def archive_of(bundle: Bundle, *, port: str) -> Path:
    """The one zip archive. Refusal `zip_unreadable` where there is none that can be opened."""
    known = bundle.folder / ARCHIVE_FILE
    found = known if known.exists() else next((f for f in sorted(bundle.folder.rglob("*")) if f.is_file()), known)
    if found.exists() and zipfile.is_zipfile(found):
        return found
    hint = _("Upload a zip archive on the Datasets page and connect that dataset.")
    raise Refusal(
        "zip_unreadable", _("There is no zip archive to read."), hint=hint, status=422, where=Where(port=port)
    )


def sources_of(bundle: Bundle) -> tuple[str, ...]:
    """The dataset version that it came from, as `name:version`."""
    meta = bundle.folder / META_FILE
    return msgspec.json.decode(meta.read_bytes(), type=TableMeta).sources if meta.exists() else ()


def unpack(bundle: Bundle, target: Path) -> None:
    """The archive of a dataset, or every archive and file that a step put there. Names cannot lead out of `target`."""
    target.mkdir(exist_ok=True)
    known = bundle.folder / ARCHIVE_FILE
    for file in [known] if known.exists() else sorted(bundle.folder.rglob("*")):
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                archive.extractall(target)
        elif file.is_file():
            place = target / file.relative_to(bundle.folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
