"""Pushes a built image to a registry: only blobs that the registry does not have are sent."""

from __future__ import annotations

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.images.building import BuiltImage
from mlops.packaging.images.progress import Progress
from mlops.packaging.images.references import Reference
from mlops.packaging.images.registries import Login, Repository
from mlops.packaging.images.store import LayerStore


def push(built: BuiltImage, to: Reference, *, login: Login | None, store: LayerStore, progress: Progress) -> str:
    """The digest by which exactly this image is pulled. Raises Refusal, Stopped."""
    repository = Repository(to, login)
    try:
        for layer in built.layers:
            if repository.has(layer.digest):
                progress.say(f"{to.registry} has the layer “{layer.what}”.")
            else:
                progress.say(f"Pushing the layer “{layer.what}” ({layer.size_bytes / 1e6:.1f} MB).")
                repository.send(layer.digest, store.path(layer.digest), progress=progress)
        repository.send(built.id, store.path(store.keep(built.config.encode())), progress=progress)
        digest = repository.name(built.manifest.encode(), to.tag)
    finally:
        repository.close()
    if digest and digest != built.digest:
        raise Refusal(
            "push_changed",
            _("The registry %(registry)s keeps the image under another digest (%(digest)s…) than it was sent with.")
            % {"registry": to.registry, "digest": digest[:19]},
            hint=_("It rewrites manifests; use a registry that keeps OCI manifests as they are."),
            status=502,
        )
    progress.say(f"Pushed to {to}: {built.digest}.")
    return built.digest
