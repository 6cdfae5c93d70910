"""Lays out what a profile measures: the folder of its scoring server, and the requests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from mlops.blobs.stores import store
from mlops.formats.model import Signature
from mlops.formats.profiling import ProfileOrder
from mlops.packaging import served_folder
from mlops.packaging.image_tasks import layer_store
from mlops.packaging.images import building, engines, packages
from mlops.packaging.images.building import ImageOrder, Provenance
from mlops.packaging.images.progress import Progress
from mlops.packaging.models import Profile
from mlops.packaging.profiling.__main__ import ORDER_FILE, Task
from mlops.packaging.profiling.bodies import EXAMPLE_FILE, RECORDED_FILE, ROWS_FILE, of_signature
from mlops.packaging.tables import fetch_table
from mlops.registry.reading import describe


def lay_out(profile: Profile, folder: Path, *, beat: Callable[[], None], say: Callable[[str], None]) -> None:
    """Raises Refusal where the model does not load, or its image is not to be had."""
    serve = folder / "serve"
    serve.mkdir()
    served_folder.lay_out(profile, serve, endpoint="profile", deployment=profile.name, beat=beat)
    _requests(profile, folder)
    order = msgspec.convert(profile.order, ProfileOrder)

    def is_unwanted() -> bool:
        beat()
        return False

    image = _image(profile, serve, Progress(say, is_unwanted)) if order.place == "docker" else ""
    task = Task(order=order, column=profile.column, image=image)
    (folder / ORDER_FILE).write_bytes(msgspec.json.encode(task))


def _image(profile: Profile, serve: Path, progress: Progress) -> str:
    """Built if it is not there yet, and in the engine of DOCKER_HOST. Raises Refusal."""
    engine = engines.connect()
    try:
        version = profile.version
        manifest = describe(version.tree_id).manifest
        order = ImageOrder(
            folder=serve,
            wanted=packages.wanted(profile.entry, serve, is_pipeline=bool(manifest and manifest.pipeline)),
            parts=packages.parts(profile.entry),
            provenance=Provenance(model=str(version), project=version.model.project.slug),
        )
        store = layer_store()
        return engine.load(building.build(order, store=store, progress=progress), store=store, progress=progress)
    finally:
        engine.close()


def _requests(profile: Profile, folder: Path) -> None:
    if profile.recorded_id is not None:
        store().fetch(profile.recorded_id, str(folder / RECORDED_FILE))
    elif profile.dataset is not None:
        fetch_table(profile.dataset, folder / ROWS_FILE)
    else:
        example = profile.version.input_example
        if example is None and profile.version.signature is not None:
            example = of_signature(msgspec.convert(profile.version.signature, Signature))
        (folder / EXAMPLE_FILE).write_bytes(msgspec.json.encode(example))
