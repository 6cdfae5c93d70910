"""Makes an image of a laid-out folder: base, environment, scoring server and model, each a layer that is made once.

    store = LayerStore(folder)
    order = ImageOrder(folder=..., wanted=packages.wanted("onnx", folder), provenance=Provenance(model="price:3"))
    built = build(order, store=store, progress=Progress(print))

Nothing is executed and no engine is needed. Equal content gives the same image, byte for byte; it is found by its key
before anything is made. The names of endpoint and deployment are no part of it: a container is told by the environment
variable of `mlops.formats.placement`."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

import mlops
from mlops.formats.placement import Placement, placed
from mlops.formats.refusal import Refusal
from mlops.formats.serving import SERVING_FILE, Serving
from mlops.formats.spoken import gettext
from mlops.packaging.images import environment, runtime, sbom
from mlops.packaging.images.bases import Base
from mlops.packaging.images.layers import Entry, entries_of, write_layer
from mlops.packaging.images.locks import Lock, Target, Wanted, lock
from mlops.packaging.images.machine import machine_base
from mlops.packaging.images.oci import EPOCH, Layer, Platform, config_document, digest_of, manifest_document
from mlops.packaging.images.progress import Progress
from mlops.packaging.images.store import LayerStore
from mlops.packaging.images.wheelhouse import Wheelhouse

PORT = 5001
"""Where the container answers; the port of Azure ML's packages."""
USER_ID = 10001
PLACE = "srv/deployment"
RECIPE = "2"
REPOSITORY = "mlops-studio"
PREFIX = "org.opencontainers.image."
HEALTH = (
    "import http.client,sys;c=http.client.HTTPConnection('127.0.0.1',{port},timeout=4);"
    "c.request('GET','/readyz');sys.exit(c.getresponse().status!=200)"
)


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Where the model comes from; each becomes a label. All of it is content: another version is another image."""

    model: str
    """name:version"""
    project: str = ""
    run: str = ""
    commit: str = ""
    """Of the code that trained it."""
    created: str = EPOCH
    """When the model version was made (RFC 3339)."""


class ImageOrder(msgspec.Struct, frozen=True, kw_only=True):
    folder: Path
    """With `serving.json`, `model/` and so on, as a scoring server serves it."""
    wanted: Wanted
    provenance: Provenance
    base: Base | None = None
    """None: this machine's Python."""
    parts: tuple[str, ...] = runtime.SERVER
    """Of our own code."""


class BuiltImage(msgspec.Struct, frozen=True, kw_only=True):
    reference: str
    """repository:tag, from the content."""
    key: str
    id: str
    """The config's digest: what an engine calls the image's id."""
    digest: str
    """The manifest's: what a registry calls it."""
    platform: Platform
    layers: tuple[Layer, ...]
    config: str
    manifest: str
    base_key: str
    lock: Lock
    parts: tuple[str, ...]
    """Of our own code."""

    @property
    def size_bytes(self) -> int:
        return sum(layer.size_bytes for layer in self.layers)

    @property
    def tar_bytes(self) -> int:
        """On an engine's disk."""
        return sum(layer.tar_bytes for layer in self.layers)


def build(order: ImageOrder, *, store: LayerStore, progress: Progress) -> BuiltImage:
    """Raises Refusal (also where the disk is full), Stopped."""
    try:
        return _build(order, store, progress)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Refusal(
            "disk_full",
            gettext("The disk is full where images are built (%(folder)s).") % {"folder": store.folder},
            hint=gettext("Delete images that are not needed, or give the data directory more space; then build again."),
            status=507,
        ) from error


def known(key: str, store: LayerStore) -> BuiltImage | None:
    """That was built under this key, if all its layers are here."""
    try:
        built = msgspec.json.decode((_images(store) / f"{key}.json").read_bytes(), type=BuiltImage)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return built if all(store.has(layer.digest) for layer in built.layers) else None


def _build(order: ImageOrder, store: LayerStore, progress: Progress) -> BuiltImage:
    base = order.base or machine_base(store, progress=progress)
    target = Target(python=base.python, platform=base.platform, is_musl=base.is_musl)
    locked = lock(order.wanted, target=target, folder=store.folder / "locks", progress=progress)
    content = _content(order)
    key = _key(order, base, locked, content)
    there = known(key, store)
    if there is not None:
        os.utime(_images(store) / f"{key}.json")
        progress.say(f"{there.reference} is there already.")
        return there
    wheelhouse = Wheelhouse(store.folder / "wheels")
    wheelhouse.gather(locked, progress=progress)
    layers = (
        *base.layers,
        environment.environment_layer(locked, store=store, wheelhouse=wheelhouse, progress=progress),
        runtime.runtime_layer(order.parts, python=base.python, store=store, progress=progress),
        _model_layer(order, base, locked, content, store=store, wheelhouse=wheelhouse, progress=progress),
    )
    built = _assembled(order, base, locked, key, layers)
    store.keep(built.config.encode())
    store.keep(built.manifest.encode())
    _remember(built, store)
    progress.say(f"Built {built.reference}: {built.size_bytes / 1e6:.0f} MB packed, id {built.id[7:19]}.")
    return built


def _assembled(order: ImageOrder, base: Base, locked: Lock, key: str, layers: tuple[Layer, ...]) -> BuiltImage:
    labels = _labels(order.provenance, base, locked, key)
    created = order.provenance.created
    config = config_document(layers, platform=base.platform, settings=_settings(base, labels), created=created)
    manifest = manifest_document(layers, config, labels)
    name, _, version = order.provenance.model.partition(":")
    return BuiltImage(
        reference=f"{REPOSITORY}/{_slug(name)}:{_slug(version or '0')}-{key[:16]}",
        key=key,
        id=digest_of(config),
        digest=digest_of(manifest),
        platform=base.platform,
        layers=layers,
        config=config.decode(),
        manifest=manifest.decode(),
        base_key=base.key,
        lock=locked,
        parts=order.parts,
    )


def _settings(base: Base, labels: Mapping[str, str]) -> dict[str, Any]:
    there = dict(one.split("=", 1) for one in base.settings.get("Env") or [])
    own = {
        "PYTHONPATH": f"/{environment.PLACE}:/{runtime.PLACE}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "ORT_DISABLE_TELEMETRY": "1",
        "HOME": "/tmp",  # noqa: S108  # nosec B108
        "AZUREML_MODEL_DIR": f"/{PLACE}/model",
        "MLOPS_MODEL_DIR": f"/{PLACE}/model",
    }
    serve = ["-m", "mlops.scoring", "--folder", f"/{PLACE}", "--host", "0.0.0.0", "--port", str(PORT)]  # nosec B104
    seconds = 1_000_000_000
    return {
        "User": f"{USER_ID}:{USER_ID}",
        "Env": [f"{name}={value}" for name, value in {**there, **own}.items()],
        "ExposedPorts": {f"{PORT}/tcp": {}},
        "WorkingDir": f"/{PLACE}",
        "Entrypoint": [base.interpreter],
        "Cmd": serve,
        "StopSignal": "SIGTERM",
        "Healthcheck": {
            "Test": ["CMD", base.interpreter, "-I", "-S", "-c", HEALTH.format(port=PORT)],
            "Interval": 10 * seconds,
            "Timeout": 5 * seconds,
            "StartPeriod": 30 * seconds,
            "Retries": 3,
        },
        "Labels": dict(labels),
    }


def _labels(provenance: Provenance, base: Base, locked: Lock, key: str) -> dict[str, str]:
    name, _, version = provenance.model.partition(":")
    labels = {
        f"{PREFIX}title": name,
        f"{PREFIX}version": version,
        f"{PREFIX}created": provenance.created,
        f"{PREFIX}revision": provenance.commit,
        f"{PREFIX}base.name": base.name,
        f"{PREFIX}base.digest": base.digest,
        "mlops.key": key,
        "mlops.base": base.key,
        "mlops.environment": locked.digest,
        "mlops.model": name,
        "mlops.model.version": version,
        "mlops.project": provenance.project,
        "mlops.run": provenance.run,
        "mlops.server": mlops.__version__,
    }
    return {label: value for label, value in sorted(labels.items()) if value}


def _content(order: ImageOrder) -> list[Entry]:
    """The folder's files, with `serving.json` as every server of this content has it."""
    serving = msgspec.json.decode((order.folder / SERVING_FILE).read_bytes(), type=Serving)
    common = msgspec.json.encode(placed(msgspec.structs.replace(serving, python=""), Placement()))
    own = re.compile(rf"{PLACE}/({SERVING_FILE}|[^/]*\.log)")
    files = [one for one in entries_of(order.folder, below=PLACE) if not own.fullmatch(one.path)]
    return [*files, Entry(path=f"{PLACE}/{SERVING_FILE}", content=common)]


def _key(order: ImageOrder, base: Base, locked: Lock, content: list[Entry]) -> str:
    told = [(one.path, one.executable, _digest(one)) for one in sorted(content, key=lambda entry: entry.path)]
    server = runtime.runtime_key(order.parts, base.python)
    recipe = [RECIPE, environment.RECIPE, sbom.RECIPE, PORT, HEALTH]
    everything = ["image", recipe, base.key, locked.digest, server, told, order.provenance]
    return hashlib.sha256(msgspec.json.encode(everything)).hexdigest()


def _digest(entry: Entry) -> str:
    if entry.source is None:
        return hashlib.sha256(entry.content).hexdigest()
    with entry.source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _model_layer(
    order: ImageOrder,
    base: Base,
    locked: Lock,
    content: list[Entry],
    *,
    store: LayerStore,
    wheelhouse: Wheelhouse,
    progress: Progress,
) -> Layer:
    materials = sbom.sbom(
        locked, model=order.provenance.model, base=base.name, base_digest=base.digest, wheelhouse=wheelhouse
    )
    entries = [*content, Entry(path=sbom.PLACE, content=materials)]

    def write(file: BinaryIO) -> Layer:
        return write_layer(entries, file, what=f"Model {order.provenance.model}", progress=progress)

    told = [(one.path, one.executable, _digest(one)) for one in sorted(entries, key=lambda entry: entry.path)]
    key = hashlib.sha256(msgspec.json.encode(["model", told])).hexdigest()
    return store.make(key, write, progress=progress)


def _images(store: LayerStore) -> Path:
    folder = store.folder / "images"
    folder.mkdir(exist_ok=True)
    return folder


def _remember(built: BuiltImage, store: LayerStore) -> None:
    with tempfile.NamedTemporaryFile(dir=store.scratch, delete=False) as file:
        file.write(msgspec.json.encode(built))
    os.replace(file.name, _images(store) / f"{built.key}.json")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "model"
