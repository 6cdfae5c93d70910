"""Orders, builds and containers as the tests of images want them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from mlops.packaging.images import building, packages
from mlops.packaging.images.building import BuiltImage, ImageOrder, Provenance
from mlops.packaging.images.locks import Lock, Target
from mlops.packaging.images.machine import PYTHON
from mlops.packaging.images.oci import Layer, Platform, config_document, digest_of, manifest_document
from mlops.packaging.images.progress import Progress
from mlops.packaging.images.store import LayerStore
from tests.engine import _free_port

PRICE_ROW = {"power": 100.0, "weight": 1200.0, "make": "audi"}


def order(folder: Path, *, model: str = "prices:3", entry: str = "onnx", **more: Any) -> ImageOrder:
    wanted = packages.wanted(entry, folder)
    provenance = Provenance(model=model, run="r-17", commit="c0ffee", project="cars")
    return ImageOrder(folder=folder, wanted=wanted, parts=packages.parts(entry), provenance=provenance, **more)


def built(folder: Path, store: LayerStore, *, said: list[str] | None = None, **more: Any) -> BuiltImage:
    return building.build(
        order(folder, **more), store=store, progress=Progress((said if said is not None else []).append)
    )


@contextmanager
def running(engine: Any, reference: str, **more: Any) -> Iterator[httpx.Client]:
    """A container as hard as it gets: nothing writable, no rights, nobody's user. Ready when it is given."""
    port = _free_port()
    container = engine.containers.run(
        reference,
        detach=True,
        labels={"mlops.tests": "images"},
        ports={f"{building.PORT}/tcp": ("127.0.0.1", port)},
        read_only=True,
        tmpfs={"/tmp": "size=64m"},  # noqa: S108
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        mem_limit="768m",
        pids_limit=128,
        **more,
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            _wait_until_ready(client, container)
            yield client
    finally:
        container.remove(force=True)


def _wait_until_ready(client: httpx.Client, container: Any, *, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    told = ""
    while time.monotonic() < deadline:
        try:
            answer = client.get("/readyz")
            told = answer.text
            if answer.status_code == 200:
                return
        except httpx.TransportError as error:
            told = str(error)
        time.sleep(0.1)
    raise AssertionError(f"not ready: {told}; {container.logs().decode()[-2000:]}")


def plain(name: str, layers: tuple[Layer, ...], store: LayerStore, settings: Any, architecture: str) -> BuiltImage:
    """Somebody else's image."""
    config = config_document(layers, platform=Platform(architecture=architecture), settings=settings)
    manifest = manifest_document(layers, config, {})
    lock = Lock(wheels=(), target=Target(python=PYTHON, platform=Platform()))
    facts = {"config": config.decode(), "manifest": manifest.decode(), "id": digest_of(config), "lock": lock}
    store.keep(config)
    digests = {"digest": digest_of(manifest), "key": "", "base_key": "none", "parts": ()}
    return BuiltImage(reference=name, platform=Platform(architecture=architecture), layers=layers, **facts, **digests)
