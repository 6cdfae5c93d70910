"""The spool on an engine as a source: over HTTP while a server answers, else the volume itself.

Nothing can be deleted of a volume that no server runs on: what was taken of it is noted here, and deleted by the next
server that runs, or with the volume once its deployment is gone and all of it was taken."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from mlops.deployments.collecting import spool_key
from mlops.deployments.models import Deployment
from mlops.deployments.remote_spools import HttpSource, asking
from mlops.deployments.targets.docker.availability import trouble_of
from mlops.deployments.targets.docker.containers import Container, containers
from mlops.deployments.targets.docker.engines import Engine, connected, engine_of
from mlops.deployments.targets.docker.engines_used import engines_used
from mlops.deployments.targets.docker.rows import studio
from mlops.deployments.targets.docker.volumes import copy_files, has_volume, volume_name, volumes
from mlops.formats.refusal import Refusal
from mlops.formats.spool import SEALED
from mlops.scoring.spool import folder as spool
from mlops.scoring.spool.folder import Held

SECONDS = 10.0
LOOK_SECONDS = 15.0
"""A volume without a server does not change: it is not read anew more often than that."""

_read_at: dict[str, float] = {}
_is_whole: dict[str, bool] = {}
"""By volume: when it was read last, and whether nothing can have been missed then."""


def sources(deployment: Deployment) -> list[VolumeSource]:
    try:
        engine = engine_of(deployment.wanted.target_options)
    except Refusal:
        return []
    return [VolumeSource(engine, deployment.pk)]


def left(present: set[UUID]) -> Iterator[tuple[UUID, VolumeSource]]:
    """Volumes of deployments that were deleted. Engines that cannot be asked are left for later."""
    for engine in engines_used():
        found: dict[str, str] = {}
        with contextlib.suppress(Refusal):
            if trouble_of(engine) is None:
                with connected(engine, seconds=SECONDS) as client:
                    found = volumes(client, studio=studio())
        for pk in map(UUID, found):
            if pk not in present:
                yield pk, VolumeSource(engine, pk, is_left=True)


class VolumeSource:
    def __init__(self, engine: Engine, pk: UUID, *, is_left: bool = False) -> None:
        self.name = f"the engine {engine.url}"
        self._engine = engine
        self._pk = pk
        self._volume = volume_name(str(pk))
        self._is_left = is_left
        self._server: HttpSource | None = None

    def held(self) -> list[Held]:
        trouble = trouble_of(self._engine)
        if trouble is not None:
            raise trouble
        with connected(self._engine, seconds=SECONDS) as client:
            if not has_volume(client, self._volume):
                return []
            there = containers(client, studio=studio(), deployment=str(self._pk))
            running = [one for one in there if one.status == "running" and one.port is not None]
            for one in running:
                found = self._asked(str(one.replica), f"http://{self._engine.address}:{one.port}")
                if found is not None:
                    return found
            if running:
                raise self._server_silent()
            return self._of_volume(client, there)

    def read(self, name: str) -> bytes:
        if self._server is not None:
            return self._server.read(name)
        try:
            return spool.read(self._copies, name)
        except FileNotFoundError:
            raise Refusal("segment_gone", _("There is no segment %(name)s.") % {"name": name}, status=404) from None

    def discard(self, name: str) -> None:
        if self._server is not None:
            self._server.discard(name)
            return
        self._taken.mkdir(parents=True, exist_ok=True)
        (self._taken / name).touch()
        spool.discard(self._copies, name)

    def _asked(self, replica: str, url: str) -> list[Held] | None:
        """By a server that answers; what was taken while none did is deleted now."""
        server = HttpSource(replica, asking(url), key=spool_key(self._pk))
        try:
            found = server.held()
            taken = {one.name for one in found if (self._taken / one.name).exists()}
            for name in taken:
                server.discard(name)
                (self._taken / name).unlink(missing_ok=True)
        except Refusal:
            return None
        self._server = server
        shutil.rmtree(self._copies, ignore_errors=True)
        return [one for one in found if one.name not in taken]

    def _of_volume(self, client: Any, there: Sequence[Container]) -> list[Held]:
        """Open segments count only where no server can have lived while they were read: they were left by dead ones."""
        self._server = None
        now = time.monotonic()
        if now - _read_at.get(self._volume, -LOOK_SECONDS) >= LOOK_SECONDS:
            _read_at[self._volume] = now
            for folder in (self._taken, self._copies):
                folder.mkdir(parents=True, exist_ok=True)
            _is_whole[self._volume] = self._copy(client, there)
        found = spool.held(self._copies)
        if not found and self._is_left and _is_whole.get(self._volume):
            self._remove(client)
        return found

    def _copy(self, client: Any, there: Sequence[Container]) -> bool:
        """What was not taken yet, beside what was copied before. Whether that is all that was ever written."""
        before = _lives(client, there)
        with tempfile.TemporaryDirectory(dir=self._place) as draft:
            copy_files(client, self._volume, Path(draft))
            later = containers(client, studio=studio(), deployment=str(self._pk))
            is_whole = before is not None and before == _lives(client, later)
            if is_whole:
                spool.seal_left(Path(draft))
            for segment in spool.held(Path(draft)):
                if not (self._taken / segment.name).exists():
                    os.replace(Path(draft) / f"{segment.name}{SEALED}", self._copies / f"{segment.name}{SEALED}")
        return is_whole

    def _remove(self, client: Any) -> None:
        """Refused by the engine while a container has it, which then is on its way out."""
        from docker.errors import APIError

        with contextlib.suppress(APIError):
            client.api.remove_volume(self._volume)
            _read_at.pop(self._volume, None)
            shutil.rmtree(self._place, ignore_errors=True)

    def _server_silent(self) -> Refusal:
        message = _("No server of the deployment on %(name)s tells what it collected.") % {"name": self.name}
        hint = _("It may be starting, or run an image that is not ours; what is in its volume stays there.")
        return Refusal("spool_unreachable", message, hint=hint, status=503)

    @property
    def _place(self) -> Path:
        return Path(settings.DATA_DIR) / "spool-volumes" / str(self._pk)

    @property
    def _taken(self) -> Path:
        """Names of what was taken and could not be deleted there yet."""
        return self._place / "taken"

    @property
    def _copies(self) -> Path:
        return self._place / "copies"


def _lives(client: Any, there: Sequence[Container]) -> frozenset[tuple[str, str]] | None:
    """Of containers that have ended, each with when it was started last; None while one of them may run."""
    if any(one.status not in ("exited", "dead") for one in there):
        return None
    told = {one.id: client.api.inspect_container(one.id)["State"] for one in there}
    return frozenset((id, str(state.get("StartedAt"))) for id, state in told.items())
