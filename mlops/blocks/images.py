"""An image directory: a table that lists images by category, beside the archive that holds their bytes."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from mlops.formats.image import IMAGES_FILE, ImageTransform
from mlops.formats.manifest import ARCHIVE_FILE
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema
from mlops.formats.transform import TableMeta

DATA_FILE = "data.parquet"
META_FILE = "meta.json"
ENDINGS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp", ".gif")
MAGICS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"BM", b"GIF8", b"RIFF", b"II*\x00", b"MM\x00*", b"P2", b"P3", b"P5", b"P6")
COLUMNS = (Column(name="Image", type="string"), Column(name="Category", type="string", role="label"))


@dataclass(frozen=True, kw_only=True)
class ImageDirectory:
    """`listing` has the columns `Image` (the path in the archive) and `Category`. Parts of one directory share its
    archive. `transform` is what happens to each image when it is read."""

    listing: pl.DataFrame
    archive: Path
    transform: ImageTransform | None = None
    sources: tuple[str, ...] = ()

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(self.listing["Category"].unique().sort())

    def bytes_of(self, places: Sequence[int]) -> Iterator[bytes]:
        paths = self.listing["Image"]
        with zipfile.ZipFile(self.archive) as archive:
            for place in places:
                yield archive.read(paths[place])


def read_images(folder: Path) -> ImageDirectory:
    form = msgspec.json.decode((folder / IMAGES_FILE).read_bytes(), type=dict[str, Any])
    transform = None if form["transform"] is None else msgspec.convert(form["transform"], type=ImageTransform)
    listing = pl.read_parquet(folder / DATA_FILE)
    sources = tuple(form["sources"])
    return ImageDirectory(listing=listing, archive=folder / ARCHIVE_FILE, transform=transform, sources=sources)


def write_images(images: ImageDirectory, folder: Path) -> None:
    """The archive is linked, not copied, where the disk allows it; stored once by its content anyway."""
    images.listing.write_parquet(folder / DATA_FILE)
    schema = TableSchema(columns=COLUMNS, row_count=images.listing.height)
    meta = TableMeta(schema=schema, source=schema, sources=images.sources)
    (folder / META_FILE).write_bytes(msgspec.json.encode(meta))
    form = {"transform": images.transform, "sources": images.sources}
    (folder / IMAGES_FILE).write_bytes(msgspec.json.encode(form))
    try:
        os.link(images.archive, folder / ARCHIVE_FILE)
    except OSError:
        shutil.copyfile(images.archive, folder / ARCHIVE_FILE)


def listed(archive: Path) -> tuple[pl.DataFrame, list[str]]:
    """The images by category, the name of the folder that each is in; and the files that are none.

    Raises Refusal `no_images`, `image_without_category`, `bad_image`."""
    rows, others = [], []
    with zipfile.ZipFile(archive) as opened:
        for entry in sorted(opened.infolist(), key=lambda one: one.filename):
            path = Path(entry.filename)
            if entry.is_dir() or "__MACOSX" in path.parts or path.name.startswith("."):
                continue
            if path.suffix.lower() not in ENDINGS:
                others.append(entry.filename)
                continue
            _require_image(opened, entry)
            rows.append((entry.filename, path.parent.name))
    if not rows:
        hint = _("Put images into one folder for each category. Known endings: %(names)s.") % {
            "names": ", ".join(ENDINGS)
        }
        raise Refusal("no_images", _("The zip file holds no image."), hint=hint, status=422)
    alone = next((path for path, category in rows if not category), None)
    if alone is not None:
        message = _("The image '%(alone)s' is in no folder, so its category is not known.") % {"alone": alone}
        hint = _("Put each image into a folder that is named as its category, then zip the folders.")
        raise Refusal("image_without_category", message, hint=hint, status=422)
    return pl.DataFrame(rows, schema={"Image": pl.String, "Category": pl.String}, orient="row"), others


def _require_image(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    with archive.open(entry) as file:
        head = file.read(8)
    if not head.startswith(MAGICS):
        message = _("'%(filename)s' is named as an image, but it is none.") % {"filename": entry.filename}
        raise Refusal("bad_image", message, hint=_("Remove it from the archive, or save it as an image."), status=422)
