"""Puts a bundle together: equal content gives equal bytes, so that it is stored once."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

import mlops
from mlops.device.verify import fingerprint
from mlops.formats.bundle import (
    CODE_FOLDER,
    MANIFEST_FILE,
    SERVING_FOLDER,
    SIGNATURE_FILE,
    SITE_FOLDER,
    BundleManifest,
)
from mlops.packaging.bundles.scripts import texts
from mlops.packaging.images import packages

EXECUTABLE = ("run",)
GZIP_LEVEL = 3
BLOCK = 1 << 20


def write_bundle(
    manifest: BundleManifest,
    archive: Path,
    *,
    name: str,
    serving: Path,
    site: Path,
    entry: str,
    sign: Callable[[bytes], str],
    beat: Callable[[], None] = lambda: None,
) -> None:
    """`name`: of the folder that the archive unpacks to. The manifest's `files` are filled in."""
    contents: dict[str, Path | bytes] = {
        path: text.encode()
        for path, text in texts(manifest, name=name, fingerprint=fingerprint(manifest.public_key)).items()
    }
    contents |= dict(_code((*packages.parts(entry), "device")))
    contents |= dict(_below(SERVING_FOLDER, serving))
    contents |= dict(_below(SITE_FOLDER, site))
    files = {}
    for path, content in sorted(contents.items()):
        files[path] = _digest(content)
        beat()
    written = msgspec.json.encode(msgspec.structs.replace(manifest, files=files), order="sorted")
    contents[MANIFEST_FILE] = written
    contents[SIGNATURE_FILE] = sign(written).encode()
    _write(archive, name, contents, beat)


def _code(packages: tuple[str, ...]) -> Iterator[tuple[str, Path | bytes]]:
    root = Path(mlops.__file__).parent
    yield f"{CODE_FOLDER}/mlops/__init__.py", root / "__init__.py"
    yield "verify.py", root / "device" / "verify.py"
    for package in packages:
        for path in sorted((root / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield f"{CODE_FOLDER}/mlops/{path.relative_to(root).as_posix()}", path


def _below(prefix: str, folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield f"{prefix}/{path.relative_to(folder).as_posix()}", path


def _digest(content: Path | bytes) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(archive: Path, name: str, contents: Mapping[str, Path | bytes], beat: Callable[[], None]) -> None:
    with (
        archive.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=GZIP_LEVEL, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in sorted(contents):
            content = contents[path]
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.mode = 0o755 if path in EXECUTABLE else 0o644
            if isinstance(content, bytes):
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
            else:
                entry.size = content.stat().st_size
                with content.open("rb") as source:
                    tar.addfile(entry, source)
            beat()
