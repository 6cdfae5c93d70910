"""What arrives to become something: a folder of files, from a zip or from single files, laid out for reading."""

from __future__ import annotations

import lzma
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from mlops.formats.code_source import ROOT_FILE
from mlops.formats.inner_paths import inner_path, shown
from mlops.formats.refusal import Refusal, nearest

NAMED_FILES = 5
"""How many of the largest are named where there is too much."""


@contextmanager
def unpacked(given: Iterable[tuple[str, BinaryIO]]) -> Iterator[Path]:
    """A temporary folder with the files; zips are unpacked into it. Raises Refusal `bundle_…`."""
    folder = Path(tempfile.mkdtemp(prefix="bundle-", dir=settings.FILE_UPLOAD_TEMP_DIR))
    try:
        for name, stream in given:
            if name.lower().endswith(".zip"):
                _unpack(name, stream, folder)
            else:
                _write(folder, name, stream, settings.CODE_MOST_BYTES)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def text_of(folder: Path, path: str, *, beside: str = "") -> str:
    """The text of a file by the path that `beside` (a file of the folder) writes. Raises Refusal `file_unknown`."""
    place = inside(folder, path, beside=beside)
    if not place.is_file():
        known = [one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()]
        raise Refusal(
            "file_unknown",
            _("There is no file “%(path)s” in what was sent.") % {"path": path},
            hint=nearest(path, known) or _("Send it along: zip the folder that holds both."),
            status=422,
        )
    try:
        return place.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Refusal("file_unreadable", _("“%(path)s” is not UTF-8 text.") % {"path": path}, status=422) from error


def inside(folder: Path, path: str, *, beside: str = "") -> Path:
    """Raises Refusal `path_outside` for one that leads out of the folder. An absolute path is one of the machine that
    the bundle was made on."""
    path = path.removeprefix("file://").removeprefix("file:").replace("\\", "/")
    from_top = path.startswith("/")
    path = _below_root(folder, path) if from_top else path
    place = (folder / ("" if from_top else PurePosixPath(beside).parent) / path).resolve()
    if not place.is_relative_to(folder.resolve()):
        raise Refusal(
            "path_outside",
            _("“%(path)s” lies outside what was sent.") % {"path": path},
            hint=_("Send a zip of the folder that holds the YAML file and everything that it names."),
            status=422,
        )
    return place


def _below_root(folder: Path, path: str) -> str:
    """The absolute path as one of the bundle; one that leads elsewhere leads out of it."""
    told = folder / ROOT_FILE
    root = told.read_text(encoding="utf-8", errors="replace").rstrip("/") if told.is_file() else "/nowhere"
    return path[len(root) :].lstrip("/") if path == root or path.startswith(f"{root}/") else "../outside"


def _unpack(name: str, stream: BinaryIO, folder: Path) -> None:
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise Refusal("bundle_unreadable", _("“%(name)s” is no zip file.") % {"name": name}, status=422) from error
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    _check_sizes(entries)
    left = settings.CODE_MOST_BYTES
    for entry in entries:
        _require_file(entry)
        try:
            with archive.open(entry) as source:
                left -= _write(folder, entry.filename, source, left)  # type: ignore[arg-type]
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, lzma.LZMAError) as error:
            raise Refusal(
                "bundle_unreadable",
                _("“%(path)s” cannot be unpacked: %(error)s.")
                % {"path": shown(entry.filename), "error": str(error).rstrip(".")},
                hint=_("Pack it anew, without a password."),
                status=422,
            ) from error


def _require_file(entry: zipfile.ZipInfo) -> None:
    """A zip of Unix may hold links, pipes and devices."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind in (0, stat.S_IFREG):
        return
    what = _("a link") if kind == stat.S_IFLNK else _("no plain file")
    raise Refusal(
        "bundle_unsafe",
        _("“%(path)s” is %(what)s, which is not unpacked.") % {"path": shown(entry.filename), "what": what},
        hint=_("Pack the file that it leads to instead."),
        status=422,
    )


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    """By what the zip says of itself, so that the largest can be named; what it holds is counted while it is read."""
    size = sum(entry.file_size for entry in entries)
    if len(entries) <= settings.CODE_MOST_FILES and size <= settings.CODE_MOST_BYTES:
        return
    largest = sorted(entries, key=lambda entry: -entry.file_size)[:NAMED_FILES]
    named = ", ".join(f"{entry.filename} ({entry.file_size / 1024**2:.1f} MB)" for entry in largest)
    raise Refusal(
        "bundle_too_large",
        _("%(count)d files with %(size).1f MB are more than %(most)d files or %(bytes)d MB.")
        % {
            "count": len(entries),
            "size": size / 1024**2,
            "most": settings.CODE_MOST_FILES,
            "bytes": settings.CODE_MOST_BYTES // 1024**2,
        },
        hint=_(
            "The largest: %(named)s. Name what is no code in .amlignore and give data as an input, or let the server "
            "take more: MLOPS_CODE_MOST_BYTES, MLOPS_CODE_MOST_FILES."
        )
        % {"named": named},
        status=413,
    )


def _write(folder: Path, name: str, stream: BinaryIO, most: int) -> int:
    place, written = folder / inner_path(name), 0
    with _opened(place, name) as target:
        while chunk := stream.read(1024 * 1024):
            written += len(chunk)
            if written > most:
                raise Refusal(
                    "bundle_too_large",
                    _("The files are larger than %(most)d MB together.")
                    % {"most": settings.CODE_MOST_BYTES // 1024**2},
                    hint=_("Keep data out of the code folder: name it in .amlignore, and import it as a dataset."),
                    status=413,
                )
            target.write(chunk)
    return written


def _opened(place: Path, name: str) -> BinaryIO:
    """Raises Refusal `bundle_ambiguous` where the path is that of another file, or leads through one."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        return place.open("xb")
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise Refusal(
            "bundle_ambiguous",
            _("“%(path)s” comes twice, or is a file and a folder at once.") % {"path": shown(name)},
            hint=_("Pack the folder anew."),
            status=422,
        ) from error
