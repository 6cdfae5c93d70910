"""Builds images in a worker: claimed with a lease, heard line by line, cancelled within seconds, taken over if lost."""

from __future__ import annotations

import platform
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.blobs.stores import store
from mlops.events.chain import notify, record
from mlops.formats.refusal import Refusal
from mlops.packaging import leases, served_folder
from mlops.packaging.image_logs import append_log
from mlops.packaging.images import building, clearing, engines, packages
from mlops.packaging.images.bases import Base
from mlops.packaging.images.building import BuiltImage, ImageOrder, Provenance
from mlops.packaging.images.dockerfiles import build_dockerfile
from mlops.packaging.images.machine import ARCHITECTURES
from mlops.packaging.images.named_bases import named_base
from mlops.packaging.images.progress import Progress, Stopped
from mlops.packaging.images.pushing import push
from mlops.packaging.images.references import parsed
from mlops.packaging.images.store import LayerStore
from mlops.packaging.models import Image, ImageState
from mlops.packaging.registry_logins import login_for
from mlops.packaging.scratch import scratch
from mlops.registry.reading import describe
from mlops.work.calls import every, job, later

ASK_SECONDS = 0.25
"""How often a build looks whether it is to stop, and renews its lease."""


def layer_store() -> LayerStore:
    """Of this machine; built anew from what is registered when it is lost."""
    return LayerStore(Path(settings.DATA_DIR) / "images")


@job("packaging.image")
def build_image(image_id: str) -> None:
    rows = Image.objects.all()
    if not leases.claim(rows, image_id, reason=_("Laying out the model.")):
        return
    image = rows.select_related("version__model__project", "version__run", "conversion").get(pk=image_id)
    talk = _Talk(image)
    folder = Path(tempfile.mkdtemp(prefix=f"image-{image.pk}-", dir=scratch()))
    built = None
    try:
        talk.say(f"Packing {image.version} with the entry {image.entry}.")
        served_folder.lay_out(image, folder, endpoint="", deployment="", beat=talk.progress.check)
        layers = layer_store()
        built = building.build(_order(image, folder, talk.progress), store=layers, progress=talk.progress)
        _deliver(image, built, layers, talk.progress)
        _end(
            image,
            state=ImageState.READY,
            reason=_("%(size_bytes)s MB packed.") % {"size_bytes": f"{built.size_bytes / 1000000.0:.0f}"},
            built=built,
        )
    except Stopped:
        talk.note("Cancelled.")
        _end(image, state=ImageState.CANCELLED, reason="Cancelled.", built=built)
    except Refusal as refusal:
        talk.note(f"Failed: {refusal.message} {refusal.hint}")
        _end(image, state=ImageState.FAILED, reason=refusal.message, hint=refusal.hint, built=built)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_suffix(".tar").unlink(missing_ok=True)


@every(10, "packaging.sweep_images", if_any=leases.are_open(Image.objects))
def sweep() -> None:
    """Takes builds back whose worker is gone, and wakes up those that wait."""
    rows = Image.objects.all()
    for lost in leases.lost_for_good(rows.select_related("version__model__project")):
        reason = _("Its worker was lost %(most_attempts)s times.") % {"most_attempts": leases.MOST_ATTEMPTS}
        hint = _("The worker's log may say why; often the machine ran out of memory.")
        _end(lost, state=ImageState.FAILED, reason=reason, hint=hint)
    leases.give_back(rows)
    for pk in leases.forgotten(rows):
        later("packaging.image", pk)


@every(3600, "packaging.clear_images")
def clear() -> None:
    """Layers that no image has any more go, after a while."""
    if (Path(settings.DATA_DIR) / "images").is_dir():
        keys = set(Image.objects.exclude(key="").values_list("key", flat=True))
        clearing.clear(layer_store(), keep=keys)


class _Talk:
    """Writes the log, shows its last line, renews the lease and finds out whether to stop."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self._asked_at = 0.0
        self._is_unwanted = False
        self.progress = Progress(self.note, self._wants_stop)

    def say(self, line: str) -> None:
        self.progress.say(line)

    def note(self, line: str) -> None:
        append_log(self._image.pk, line)
        Image.objects.filter(pk=self._image.pk, state=ImageState.RUNNING, cancel_asked=False).update(reason=line)
        version = self._image.version
        notify("model", str(version.model_id), project=version.model.project)

    def _wants_stop(self) -> bool:
        now = time.monotonic()
        if now - self._asked_at >= ASK_SECONDS:
            self._asked_at = now
            leases.renew(self._image)
            rows = Image.objects.filter(pk=self._image.pk, state=ImageState.RUNNING)
            self._is_unwanted = not rows.filter(cancel_asked=False).exists()
        return self._is_unwanted


def _order(image: Image, folder: Path, progress: Progress) -> ImageOrder:
    version = image.version
    manifest = describe(version.tree_id).manifest
    return ImageOrder(
        folder=folder,
        base=_base(image, folder, progress) if image.base or image.context_id else None,
        wanted=packages.wanted(image.entry, folder, is_pipeline=bool(manifest and manifest.pipeline)),
        parts=packages.parts(image.entry),
        provenance=provenance_of(image),
    )


def _base(image: Image, folder: Path, progress: Progress) -> Base:
    """Without an engine the registry is asked; a Dockerfile needs one."""
    try:
        engine = engines.connect()
    except Refusal:
        if image.context_id:
            raise
        engine = None
    try:
        name = image.base
        if engine is not None and image.context_id:
            packed = folder.with_suffix(".tar")
            store().fetch(image.context_id, str(packed))
            name = build_dockerfile(packed, engine=engine, progress=progress)
        return named_base(
            name,
            engine=engine,
            login_for=lambda registry: login_for(image.version.model.project_id, registry),
            store=layer_store(),
            progress=progress,
            architecture=ARCHITECTURES.get(platform.machine(), "amd64"),
        )
    finally:
        if engine is not None:
            engine.close()


def provenance_of(image: Image) -> Provenance:
    version = image.version
    return Provenance(
        model=str(version),
        project=version.model.project.slug,
        run=str(version.run_id or ""),
        commit=str(version.properties.get("commit") or version.properties.get("mlflow.source.git.commit") or ""),
        created=version.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def _deliver(image: Image, built: BuiltImage, layers: LayerStore, progress: Progress) -> None:
    if image.push_to:
        to = parsed(image.push_to)
        login = login_for(image.version.model.project_id, to.registry)
        push(built, to, login=login, store=layers, progress=progress)
    if image.tag:
        engine = engines.connect()
        try:
            reference = engine.load(built, store=layers, progress=progress)
            engine.name(reference, image.tag)
            progress.say(f"The engine has it as {image.tag}.")
        finally:
            engine.close()


def _end(image: Image, *, state: ImageState, reason: str, hint: str = "", built: BuiltImage | None = None) -> None:
    values: dict[str, Any] = {"state": state, "reason": reason, "hint": hint}
    if built is not None:
        values |= {
            "key": built.key,
            "reference": built.reference,
            "image_id": built.id,
            "digest": built.digest,
            "size_bytes": built.size_bytes,
            "layers": msgspec.to_builtins(built.layers),
        }
    version = image.version
    with transaction.atomic():
        rows = Image.objects.filter(pk=image.pk, state=ImageState.RUNNING)
        if rows.update(**values, state_since=timezone.now(), lease_until=None):
            record(
                None,
                f"mlops.model.image_{state.value}",
                subject=f"models/{version}",
                project=version.model.project,
                reason=reason,
                data={"image": str(image.pk), "digest": built.digest if built else None},
                notice=("model", str(version.model_id)),
            )
