"""The folder that a scoring server serves: model, ONNX form or script, and `serving.json` written last."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from django.conf import settings
from msgspec.structs import replace

from mlops.blobs.stores import store
from mlops.blobs.trees import fetch_tree
from mlops.deployments.collecting import IN_CONTAINER, collecting_of
from mlops.deployments.files import replace_file
from mlops.deployments.models import Deployment
from mlops.deployments.python import python_of
from mlops.deployments.several import Part, parts_of
from mlops.deployments.spools import spool_folder
from mlops.formats.collection import Collecting
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.placement import Placement
from mlops.formats.serving import SERVING_FILE, Ensemble, GoldenRequest, RequestLimits, Serving
from mlops.packaging.served import facts_of
from mlops.packaging.served_folder import SCRIPT_FILE, fill
from mlops.registry.reading import FOLDER_PROPERTY

CODE_FOLDER = "code"
WORKERS_VARIABLE, MOST_WORKERS = "WORKER_COUNT", 64


def serving_root() -> Path:
    folder = Path(settings.DATA_DIR) / "serving"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def folder_of(deployment: Deployment, revision: int) -> Path:
    return serving_root() / f"{deployment.pk}-{revision}"


def lay_out(deployment: Deployment, *, beat: Callable[[], None], is_local: bool = True) -> Path:
    """Of the present revision; what is there already is left as it is."""
    place = folder_of(deployment, deployment.revision)
    if not (place / SERVING_FILE).is_file():
        serving_root()
        lay_out_at(deployment, place, beat=beat, is_local=is_local)
    return place


def lay_out_at(deployment: Deployment, place: Path, *, beat: Callable[[], None], is_local: bool = True) -> None:
    """Made beside its place and renamed into it, so that a half-made folder is never served. May take minutes:
    `beat` is called meanwhile. `is_local`: it is served on this machine, so its environment is built here."""
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=place.parent))
    try:
        _lay_out(deployment, draft, beat=beat, is_local=is_local)
        shutil.rmtree(place, ignore_errors=True)
        os.replace(draft, place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _lay_out(deployment: Deployment, draft: Path, *, beat: Callable[[], None], is_local: bool) -> None:
    parts = parts_of(deployment)
    spool = str(spool_folder(deployment.pk)) if is_local else IN_CONTAINER
    collection = collecting_of(deployment, folder=spool)
    if deployment.entry == "script":
        _fetch_models(parts, draft / "model")
        _fetch_code(deployment, draft)
        serving = _serving(deployment, parts[0], (), _python(deployment, parts[0], draft, beat, is_local))
        _write(draft, replace(serving, collection=collection))
        return
    if len(parts) == 1:
        _lay_out_part(deployment, parts[0], draft, beat=beat, is_local=is_local, collection=collection)
        return
    places = tuple(f"models/{number}" for number in range(len(parts)))
    for part, place in zip(parts, places, strict=True):
        (draft / place).mkdir(parents=True)
        _lay_out_part(deployment, part, draft / place, beat=beat, is_local=is_local)
    wanted = deployment.wanted
    ensemble = Ensemble(method=wanted.ensemble, weights=wanted.weights) if wanted.ensemble else None
    serving = _serving(deployment, parts[0], (), "")
    _write(draft, replace(serving, entry="several", models=places, ensemble=ensemble, collection=collection))


def _lay_out_part(
    deployment: Deployment, part: Part, place: Path, *, beat: Callable[[], None], is_local: bool,
    collection: Collecting | None = None,
) -> None:  # fmt: skip
    golden = fill(part.version, place, entry=part.entry, conversion=part.conversion, beat=beat)
    serving = _serving(deployment, part, golden, _python(deployment, part, place, beat, is_local))
    _write(place, replace(serving, collection=collection))


def _python(deployment: Deployment, part: Part, place: Path, beat: Callable[[], None], is_local: bool) -> str:
    return python_of(deployment, place / "model", entry=part.entry, beat=beat) if is_local else ""


def _write(place: Path, serving: Serving) -> None:
    """Only its owner reads it: it may hold secrets."""
    file = place / SERVING_FILE
    file.touch(mode=0o600)
    file.write_bytes(msgspec.json.encode(serving))


def tell_collection(deployment: Deployment) -> None:
    """Of a folder that is served on this machine: what its servers are to keep, which they look at every second."""
    file = folder_of(deployment, deployment.revision) / SERVING_FILE
    if not file.is_file():
        return
    serving = msgspec.json.decode(file.read_bytes(), type=Serving)
    wanted = collecting_of(deployment, folder=str(spool_folder(deployment.pk)))
    if serving.collection != wanted:
        replace_file(file, msgspec.json.encode(replace(serving, collection=wanted)))


def _fetch_models(parts: Sequence[Part], folder: Path) -> None:
    """A single model's files lie in the folder itself, those of several below name and version."""
    for part in parts:
        version = part.version
        place = folder / version.model.name / str(version.number) if len(parts) > 1 else folder
        fetch_tree(version.tree_id, place)


def _fetch_code(deployment: Deployment, draft: Path) -> None:
    if deployment.code is not None:
        fetch_tree(deployment.code.tree_id, draft / CODE_FOLDER)
        return
    assert deployment.script_id is not None
    store().fetch(deployment.script_id, str(draft / SCRIPT_FILE))


def _serving(deployment: Deployment, part: Part, golden: tuple[GoldenRequest, ...], python: str) -> Serving:
    version, wanted = part.version, deployment.wanted
    scripted = part.entry == "script"
    facts = facts_of(version, entry=part.entry, conversion=part.conversion)
    return Serving(
        entry=part.entry,  # type: ignore[arg-type]
        endpoint=deployment.endpoint.name,
        deployment=deployment.name,
        model=str(version),
        signature=facts.signature,
        task=facts.task,
        classes=facts.classes,
        framework=facts.framework,
        graph=facts.graph,
        method=wanted.method,
        providers=wanted.providers,
        script=_script_path(deployment) if scripted else "",
        code=CODE_FOLDER if scripted and deployment.code else "",
        model_folder=str(version.properties.get(FOLDER_PROPERTY, "")) if scripted else "",
        python=python,
        variables=wanted.variables,
        workers=_workers(wanted.variables),
        golden=golden,
        limits=_limits(wanted),
        threads=max(1, int(wanted.cpus)),
        cors_origins=tuple(deployment.endpoint.cors_origins),
    )


def placement(deployment: Deployment) -> Placement:
    """What a server in a container is told, whoever made its image."""
    wanted = deployment.wanted
    return Placement(
        endpoint=deployment.endpoint.name,
        deployment=deployment.name,
        limits=_limits(wanted),
        threads=max(1, int(wanted.cpus)),
        cors_origins=tuple(deployment.endpoint.cors_origins),
        variables=wanted.variables,
        collection=collecting_of(deployment, folder=IN_CONTAINER),
    )


def _limits(wanted: DeploymentSettings) -> RequestLimits:
    return RequestLimits(
        timeout_seconds=wanted.timeout_seconds,
        queue_wait_seconds=wanted.queue_wait_seconds,
        queue=wanted.queue,
        concurrent=wanted.most_concurrent,
    )


def _script_path(deployment: Deployment) -> str:
    return f"{CODE_FOLDER}/{deployment.code.script}" if deployment.code else SCRIPT_FILE


def _workers(variables: Mapping[str, str]) -> int:
    """Named as Azure's inference server has it."""
    given = variables.get(WORKERS_VARIABLE, "")
    return min(max(int(given), 1), MOST_WORKERS) if given.isdecimal() else 1
