"""The image of a deployment on a cluster: one of the user's own, or built here and pushed to the cluster's registry.

No engine is needed. What the registry has is not sent again, and equal content is not built again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.clusters.models import Cluster
from mlops.deployments.folders import lay_out
from mlops.deployments.models import Deployment
from mlops.deployments.targets.docker.images import order_of
from mlops.deployments.targets.kubernetes.places import login_of
from mlops.formats.refusal import Refusal, Where
from mlops.packaging.images import building, pushing
from mlops.packaging.images.progress import Progress
from mlops.packaging.images.references import parsed
from mlops.packaging.images.registries import Login
from mlops.packaging.images.store import LayerStore


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    image: str
    """By digest where it was built here."""
    architecture: str = ""
    """Of the nodes that can run it; empty: the user knows."""


def image_of(
    deployment: Deployment, cluster: Cluster, *, beat: Callable[[], None], say: Callable[[str], None]
) -> Ready:
    """Raises Refusal."""
    if deployment.wanted.image:
        return Ready(image=deployment.wanted.image)
    if not cluster.registry:
        raise Refusal(
            "no_registry",
            _("The cluster “%(name)s” has no registry from which it could pull the image.") % {"name": cluster.name},
            hint=_("Have an administrator give the cluster a registry, or give the deployment an image of its own."),
            where=Where(parameter="image"),
        )
    say("Its folder is being laid out.")
    folder = lay_out(deployment, beat=beat, is_local=False)
    progress = _Told(beat, say).progress
    store = LayerStore(Path(settings.DATA_DIR) / "images")
    built = building.build(order_of(deployment, folder), store=store, progress=progress)
    name, _colon, tag = built.reference.partition("/")[2].partition(":")
    to = parsed(f"{cluster.registry}/{name}:{tag}")
    known = login_of(cluster)
    login = Login(name=known.user, password=known.password) if known is not None else None
    digest = pushing.push(built, to, login=login, store=store, progress=progress)
    return Ready(image=f"{to.registry}/{to.repository}@{digest}", architecture=built.platform.architecture)


class _Told:
    """A build's talk as the reason of the deployment's state."""

    def __init__(self, beat: Callable[[], None], say: Callable[[str], None]) -> None:
        self._beat, self._say = beat, say
        self.progress = Progress(self._line, self._is_unwanted)

    def _line(self, line: str) -> None:
        self._beat()
        self._say(f"Its image is being built. {line}")

    def _is_unwanted(self) -> bool:
        self._beat()
        return False
