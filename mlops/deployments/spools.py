"""Where what a deployment collected waits to be taken: one source a spool, on whatever target it runs.

A source outlives its server, and its deployment too: nothing that was collected is thrown away before it was taken
(`discard`), so a reader takes, keeps, and only then discards; asked again after a crash, it finds the same segment
under the same name."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from mlops.deployments.models import Deployment
from mlops.formats.refusal import Refusal
from mlops.scoring.spool import folder as spool
from mlops.scoring.spool.folder import Held

REMOTE = {
    "docker": "mlops.deployments.targets.docker.spools",
    "kubernetes": "mlops.deployments.targets.kubernetes.spools",
}
"""Targets whose spools are not on this machine: modules with `sources(deployment)` and `left(present)`."""


class Source(Protocol):
    """Each call raises Refusal where the place cannot be asked just now, and may be repeated."""

    @property
    def name(self) -> str:
        """For people: which server or folder of the deployment it is."""
        ...

    def held(self) -> list[Held]:
        """Sealed segments by name and size, the oldest first. Takes over what dead servers left open."""
        ...

    def read(self, name: str) -> bytes:
        """A segment as formats.spool.read_segment reads it. Refusal `segment_gone` where it is not there (any more)."""
        ...

    def discard(self, name: str) -> None:
        """It is kept elsewhere for good now. One that is gone already is no fault."""
        ...


def sources(deployment: Deployment) -> list[Source]:
    """Of all its servers, also of those of revisions before this one that still have something. Asks nobody."""
    module = REMOTE.get(deployment.target)
    found: list[Source] = import_module(module).sources(deployment) if module else []
    return found or [FolderSource(spool_folder(deployment.pk))]


def left() -> Iterator[tuple[UUID, Source]]:
    """What deployments that were deleted still have: their former ids, and a source each."""
    present = set(Deployment.objects.values_list("pk", flat=True))
    for place in _folders():
        try:
            pk = UUID(place.name)
        except ValueError:
            continue
        if pk not in present and not spool.is_empty(place):
            yield pk, FolderSource(place)
    for module in REMOTE.values():
        yield from import_module(module).left(present)


def remove_drained() -> None:
    """The folders of deleted deployments, once all was taken that they held."""
    present = {str(pk) for pk in Deployment.objects.values_list("pk", flat=True)}
    for place in _folders():
        if place.name not in present and spool.is_empty(place):
            shutil.rmtree(place, ignore_errors=True)


def spool_root() -> Path:
    return Path(settings.DATA_DIR) / "spool"


def spool_folder(pk: UUID) -> Path:
    """Of all servers of a deployment on this machine, whatever their revision."""
    return spool_root() / str(pk)


class FolderSource:
    """A folder of this machine, which is read without asking its server: that may be dead."""

    name = "this machine"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def held(self) -> list[Held]:
        spool.seal_left(self._folder)
        return spool.held(self._folder)

    def read(self, name: str) -> bytes:
        try:
            return spool.read(self._folder, name)
        except FileNotFoundError:
            raise segment_gone(name) from None

    def discard(self, name: str) -> None:
        spool.discard(self._folder, name)


def segment_gone(name: str) -> Refusal:
    return Refusal(
        "segment_gone", _("There is no segment %(name)s.") % {"name": name}, hint=_("It was taken already."), status=404
    )


def _folders() -> Iterable[Path]:
    root = spool_root()
    return [one for one in root.iterdir() if one.is_dir()] if root.is_dir() else []
