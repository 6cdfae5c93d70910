"""An image as one tar: an OCI layout that is a Docker archive as well, so that every engine and tool reads it.

With `without` it is thin: layers that an engine has already are named and left out."""

from __future__ import annotations

import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from mlops.packaging.images.building import BuiltImage
from mlops.packaging.images.oci import digest_of, index_document
from mlops.packaging.images.store import LayerStore

LAYOUT = b'{"imageLayoutVersion":"1.0.0"}'
CHUNK = 1 << 20
FASTEST = 1
Member = tuple[str, bytes | Path]


def members(built: BuiltImage, store: LayerStore, *, without: frozenset[str] = frozenset()) -> list[Member]:
    """`without`: digests of layers."""
    config, manifest = built.config.encode(), built.manifest.encode()
    layers = {layer.digest: store.path(layer.digest) for layer in built.layers if layer.digest not in without}
    described = {
        "Config": _blob(built.id),
        "RepoTags": [built.reference],
        "Layers": [_blob(layer.digest) for layer in built.layers],
    }
    index = index_document(manifest, platform=built.platform, name=built.reference)
    return [
        ("oci-layout", LAYOUT),
        ("index.json", index),
        ("manifest.json", msgspec.json.encode([described])),
        (_blob(built.id), config),
        (_blob(digest_of(manifest)), manifest),
        *[(_blob(digest), path) for digest, path in layers.items()],
    ]


def write_layout(built: BuiltImage, store: LayerStore, folder: Path) -> None:
    """As an OCI layout directory; blobs are linked where the disk allows it."""
    for name, content in members(built, store):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            place.write_bytes(content)
        else:
            _link_or_copy(content, place)


def write_archive(built: BuiltImage, store: LayerStore, file: Path) -> None:
    with file.open("wb") as out:
        for chunk in stream(members(built, store)):
            out.write(chunk)


def stream(parts: list[Member]) -> Iterator[bytes]:
    """The bytes of the tar, piece by piece."""
    for name, content in parts:
        info = tarfile.TarInfo(name)
        info.mode = 0o644
        info.size = len(content) if isinstance(content, bytes) else content.stat().st_size
        yield info.tobuf(tarfile.GNU_FORMAT)
        if isinstance(content, bytes):
            yield content
        else:
            with content.open("rb") as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        yield b"\0" * (-info.size % tarfile.BLOCKSIZE)
    yield b"\0" * (2 * tarfile.BLOCKSIZE)


def stream_zipped(parts: list[Member]) -> Iterator[bytes]:
    """The same as a gzipped tar."""
    packer = zlib.compressobj(FASTEST, wbits=31)
    for chunk in stream(parts):
        if packed := packer.compress(chunk):
            yield packed
    yield packer.flush()


def size_of(parts: list[Member]) -> int:
    """Of the whole tar, in bytes."""
    sizes = [len(content) if isinstance(content, bytes) else content.stat().st_size for _, content in parts]
    return sum(tarfile.BLOCKSIZE + size + -size % tarfile.BLOCKSIZE for size in sizes) + 2 * tarfile.BLOCKSIZE


def _blob(digest: str) -> str:
    return digest.replace("sha256:", "blobs/sha256/")


def _link_or_copy(source: Path, place: Path) -> None:
    try:
        os.link(source, place)
    except FileExistsError:
        return
    except OSError:
        shutil.copyfile(source, place)
