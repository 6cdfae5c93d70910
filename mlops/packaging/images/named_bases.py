"""Base images by name: of the engine where it has it, else pulled from the registry without one."""

from __future__ import annotations

import gzip
import json
import os
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.images import pythons
from mlops.packaging.images.bases import Base
from mlops.packaging.images.engines import Engine
from mlops.packaging.images.layers import packed
from mlops.packaging.images.oci import LAYER_TYPE, Layer, Platform, digest_of
from mlops.packaging.images.progress import Progress
from mlops.packaging.images.references import Reference, parsed
from mlops.packaging.images.registries import Login, Repository
from mlops.packaging.images.store import LayerStore

KEPT_SETTINGS = ("Env",)
GZIPPED = (LAYER_TYPE, "application/vnd.docker.image.rootfs.diff.tar.gzip")
LoginFor = Callable[[str], Login | None]


def named_base(
    name: str, *, engine: Engine | None, login_for: LoginFor, store: LayerStore, progress: Progress, architecture: str
) -> Base:
    """Raises Refusal: image_unknown, base_without_python, base_of_other_machine …"""
    if engine is not None:
        told = engine.inspect(name)
        if told is not None:
            return _of_engine(name, told, engine, store, progress)
    reference = parsed(name)
    progress.say(f"Pulling the base {reference}.")
    repository = Repository(reference, login_for(reference.registry))
    try:
        return _of_registry(reference, repository, store, progress, architecture)
    finally:
        repository.close()


def _of_registry(
    reference: Reference, repository: Repository, store: LayerStore, progress: Progress, architecture: str
) -> Base:
    manifest, digest = _manifest_for(repository, reference, architecture)
    kept = _kept(digest, store)
    if kept is not None:
        return kept
    config_file = repository.fetch(manifest["config"]["digest"], store.scratch, progress=progress)
    config = json.loads(config_file.read_bytes())
    config_file.unlink()
    layers = []
    for described, diff_id in zip(manifest["layers"], config["rootfs"]["diff_ids"], strict=True):
        if described["mediaType"] not in GZIPPED:
            raise _unreadable(str(reference), described["mediaType"])
        if not store.has(described["digest"]):
            progress.say(f"Pulling {described['digest'][7:19]} ({described['size'] / 1e6:.1f} MB).")
            file = repository.fetch(described["digest"], store.scratch, progress=progress)
            store.adopt(file, described["digest"])
        layers.append(
            Layer(
                digest=described["digest"],
                diff_id=diff_id,
                size_bytes=described["size"],
                tar_bytes=_unpacked_size(store.path(described["digest"])),
                what=f"Base: {reference}",
            )
        )
    return _made(str(reference), digest, config, tuple(layers), store, progress, digest=digest)


def _manifest_for(repository: Repository, reference: Reference, architecture: str) -> tuple[dict[str, Any], str]:
    content = repository.manifest(reference.which)
    document = json.loads(content)
    if "manifests" not in document:
        return document, digest_of(content)
    for one in document["manifests"]:
        platform = one.get("platform") or {}
        if platform.get("os") == "linux" and platform.get("architecture") == architecture:
            return json.loads(repository.manifest(one["digest"])), one["digest"]
    raise Refusal(
        "base_of_other_machine",
        _("The base image %(reference)s is not made for linux/%(architecture)s.")
        % {"reference": reference, "architecture": architecture},
        hint=_("Choose one that is."),
    )


def _of_engine(name: str, told: dict[str, Any], engine: Engine, store: LayerStore, progress: Progress) -> Base:
    key = digest_of(f"engine {told['Id']}".encode())
    kept = _kept(key, store)
    if kept is not None:
        return kept
    progress.say(f"Taking the base {name} from the engine.")
    with tempfile.TemporaryDirectory(prefix="base-", dir=store.scratch) as folder:
        saved = Path(folder) / "image.tar"
        engine.save(name, saved, progress=progress)
        with tarfile.open(saved) as tar:
            described = json.load(_member(tar, "manifest.json"))[0]
            config = json.load(_member(tar, described["Config"]))
            layers = tuple(_taken(tar, member, name, store, progress) for member in described["Layers"])
    repo_digests = told.get("RepoDigests") or [""]
    return _made(name, key, config, layers, store, progress, digest=repo_digests[0].rpartition("@")[2])


def _taken(tar: tarfile.TarFile, member: str, name: str, store: LayerStore, progress: Progress) -> Layer:
    with tempfile.NamedTemporaryFile(dir=store.scratch, delete=False) as file:
        try:
            source: Any = _member(tar, member)
            if source.read(2) == b"\x1f\x8b":
                source = gzip.GzipFile(fileobj=_member(tar, member))
            else:
                source.seek(0)
            layer = packed(source, file, what=f"Base: {name}", progress=progress)
            file.flush()
            store.adopt(Path(file.name), layer.digest)
        finally:
            Path(file.name).unlink(missing_ok=True)
    return layer


def _made(
    name: str,
    key: str,
    config: dict[str, Any],
    layers: tuple[Layer, ...],
    store: LayerStore,
    progress: Progress,
    *,
    digest: str,
) -> Base:
    progress.say("Looking for its Python.")
    found = pythons.python_in([store.path(layer.digest) for layer in layers], name=name, progress=progress)
    settings = config.get("config") or {}
    base = Base(
        name=name,
        key=key.removeprefix("sha256:"),
        layers=layers,
        platform=Platform(os=config["os"], architecture=config["architecture"]),
        python=found.python,
        interpreter=found.interpreter,
        is_musl=found.is_musl,
        settings={one: settings[one] for one in KEPT_SETTINGS if settings.get(one)},
        digest=digest,
    )
    with tempfile.NamedTemporaryFile(dir=store.scratch, delete=False) as file:
        file.write(msgspec.json.encode(base))
    os.replace(file.name, _record(key, store))
    return base


def _kept(key: str, store: LayerStore) -> Base | None:
    try:
        base = msgspec.json.decode(_record(key, store).read_bytes(), type=Base)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return base if all(store.has(layer.digest) for layer in base.layers) else None


def _record(key: str, store: LayerStore) -> Path:
    folder = store.folder / "bases"
    folder.mkdir(exist_ok=True)
    return folder / f"{key.removeprefix('sha256:')}.json"


def _member(tar: tarfile.TarFile, name: str) -> Any:
    """Of an archive; a link leads to another member."""
    return tar.extractfile(name)


def _unpacked_size(file: Path) -> int:
    """As gzip says at the end of a file: right below 4 GiB."""
    with file.open("rb") as source:
        source.seek(-4, os.SEEK_END)
        return int.from_bytes(source.read(4), "little")


def _unreadable(name: str, media_type: str) -> Refusal:
    return Refusal(
        "base_unreadable",
        _("The base image %(name)s is packed in a way that is not understood here (%(media_type)s).")
        % {"name": name, "media_type": media_type},
        hint=_("Pull it into the Docker engine of the server, and name it as it is called there."),
    )
