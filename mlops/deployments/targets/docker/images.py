"""The image of a deployment: built from its folder and given to the engine, or one of the user's own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.deployments.folders import folder_of, lay_out, placement
from mlops.deployments.models import Deployment
from mlops.deployments.python import requirements_of
from mlops.deployments.targets.docker.engines import Engine, connected
from mlops.formats.azureml.environment import without_azure
from mlops.formats.definition import Requirements
from mlops.formats.placement import PLACEMENT_VARIABLE, placement_of
from mlops.formats.refusal import Refusal, Where
from mlops.formats.serving import SERVING_FILE, Serving
from mlops.packaging.images import building, engines, packages
from mlops.packaging.images.building import ImageOrder, Provenance
from mlops.packaging.images.bytecode import OWN as OWN_PYTHON
from mlops.packaging.images.progress import Progress
from mlops.packaging.images.store import LayerStore
from mlops.registry.reading import describe

WORK_SECONDS = 900.0


def image_for(deployment: Deployment, engine: Engine, *, beat: Callable[[], None], say: Callable[[str], None]) -> str:
    """What to run it by; it is in the engine then. Raises Refusal."""
    if deployment.wanted.image:
        return _own(deployment.wanted.image, engine, beat=beat, say=say)
    say("Its folder is being laid out.")
    folder = lay_out(deployment, beat=beat, is_local=False)

    def told(line: str) -> None:
        beat()
        say(f"Its image is being built. {line}")

    def is_unwanted() -> bool:
        beat()
        return False

    return _built(deployment, folder, engine, Progress(told, is_unwanted))


def variables_of(deployment: Deployment, revision: int) -> dict[str, str]:
    """What the container is told: who it is and what its limits are, beside the user's own variables."""
    file = folder_of(deployment, revision) / SERVING_FILE
    own = {**_tracing(), **deployment.wanted.variables}
    if file.is_file():
        told = placement_of(msgspec.json.decode(file.read_bytes(), type=Serving))
    elif deployment.wanted.collection.is_enabled:
        told = placement(deployment)  # an image of one's own may hold our server
    else:
        return own
    return {**own, PLACEMENT_VARIABLE: msgspec.json.encode(told).decode()}


def _tracing() -> dict[str, str]:
    """Where traces go. Headers stay here, for they hold secrets: a collector that wants some is told by a variable of
    the deployment's own."""
    return {name: value for name in ("MLOPS_OTEL_ENDPOINT", "MLOPS_OTEL_SHARE") if (value := os.environ.get(name))}


def order_of(deployment: Deployment, folder: Path) -> ImageOrder:
    """Of a laid-out folder. Raises Refusal `python_not_here`."""
    version, entry = deployment.version, deployment.entry
    if deployment.wanted.models and entry != "script":
        entry = packages.MIXED
    manifest = describe(version.tree_id).manifest
    needed = _packages(deployment, folder / "model")
    wanted = packages.wanted(entry, folder, own=needed.packages, is_pipeline=bool(manifest and manifest.pipeline))
    provenance = Provenance(model=str(version), project=deployment.endpoint.project.slug)
    return ImageOrder(folder=folder, wanted=wanted, parts=packages.parts(entry), provenance=provenance)


def _packages(deployment: Deployment, model: Path) -> Requirements:
    """Those that were named for it, exactly: an image needs nothing that the server has besides."""
    named, _dropped = without_azure(deployment.wanted.requirements)
    needed = named if named.is_own else requirements_of(deployment, model)
    if needed.python and needed.python != OWN_PYTHON:
        raise Refusal(
            "python_not_here",
            _("The environment asks for Python %(python)s; images stand on this server's Python %(own_python)s.")
            % {"python": needed.python, "own_python": OWN_PYTHON},
            hint=_("Leave the version out, or give an image of your own."),
            where=Where(parameter="environment"),
        )
    return needed


def _built(deployment: Deployment, folder: Path, engine: Engine, progress: Progress) -> str:
    store = LayerStore(Path(settings.DATA_DIR) / "images")
    built = building.build(order_of(deployment, folder), store=store, progress=progress)
    with connected(engine, seconds=WORK_SECONDS) as client:
        return engines.Engine(client, engine.url).load(built, store=store, progress=progress)


def _own(image: str, engine: Engine, *, beat: Callable[[], None], say: Callable[[str], None]) -> str:
    """In the engine, or pulled by it. Its id, so that a tag that moves changes nothing of a revision."""
    import docker

    with connected(engine, seconds=WORK_SECONDS) as client:
        try:
            told = client.api.inspect_image(image)
        except docker.errors.ImageNotFound:
            say(f"The image {image} is being pulled.")
            _pull(client, image, beat)
            told = client.api.inspect_image(image)
        return str(told["Id"])


def _pull(client: Any, image: str, beat: Callable[[], None]) -> None:
    """Errors come as events of the stream."""
    import docker

    name, colon, tag = image.rpartition(":")
    has_tag = bool(colon) and "/" not in tag and "@" not in image
    for event in client.api.pull(name if has_tag else image, tag=tag if has_tag else None, stream=True, decode=True):
        beat()
        if "error" in event:
            raise docker.errors.APIError(str(event["error"]))
