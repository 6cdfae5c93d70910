"""The spool on an engine as a source: over HTTP while a server answers, else the volume itself.

Nothing can be deleted of a volume that no server runs on: what was taken of it is noted here, and deleted by the next
server that runs, or with the volume once its deployment is gone and all of it was taken."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from mlops.deployments.collecting import spool_key
from mlops.deployments.models import Deployment
from mlops.deployments.remote_spools import HttpSource, asking
from mlops.deployments.targets.docker.availability import trouble_of
from mlops.deployments.targets.docker.containers import Container, containers
from mlops.deployments.targets.docker.engines import Engine, connected, engine_of
from mlops.deployments.targets.docker.engines_used import engines_used
from mlops.deployments.targets.docker.rows import studio
from mlops.deployments.targets.docker.volumes import files_of, has_volume, volume_name, volumes
from mlops.formats.refusal import Refusal
from mlops.formats.spool import MAGIC, OPEN, SEALED, SEGMENT_NAME, cut
from mlops.scoring.spool.folder import Held

SECONDS = 10.0
LOOK_SECONDS = 15.0
"""A volume without a server does not change: it is not read anew more often than that."""

_read_at: dict[str, float] = {}
_contents: dict[str, dict[str, bytes]] = {}
"""By volume, what was read of it and not taken yet."""


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
        content = _contents.get(self._volume, {}).get(name)
        if content is None:
            raise Refusal("segment_gone", f"There is no segment {name}.", status=404)
        return content

    def discard(self, name: str) -> None:
        if self._server is not None:
            self._server.discard(name)
            return
        self._taken.mkdir(parents=True, exist_ok=True)
        (self._taken / name).touch()
        _contents.get(self._volume, {}).pop(name, None)

    def _asked(self, replica: str, url: str) -> list[Held] | None:
        """By a server that answers; what was taken while none did is deleted now."""
        server = HttpSource(replica, asking(url), key=spool_key(self._pk))
        try:
            found = server.held()
            for one in found:
                if (self._taken / one.name).exists():
                    server.discard(one.name)
                    (self._taken / one.name).unlink(missing_ok=True)
        except Refusal:
            return None
        self._server = server
        return [one for one in found if not (self._taken / one.name).exists()]

    def _of_volume(self, client: Any, there: Sequence[Container]) -> list[Held]:
        """Open segments count only where no server can have lived while they were read: they were left by dead ones."""
        self._server = None
        now = time.monotonic()
        if now - _read_at.get(self._volume, -LOOK_SECONDS) >= LOOK_SECONDS:
            _read_at[self._volume] = now
            before = _lives(client, there)
            files = files_of(client, self._volume)
            later = containers(client, studio=studio(), deployment=str(self._pk))
            if before is None or before != _lives(client, later):
                files = {name: content for name, content in files.items() if not name.endswith(OPEN)}
            taken = {one.name for one in self._taken.iterdir()} if self._taken.is_dir() else set()
            _contents[self._volume] = {n: c for n, c in _segments(files).items() if n not in taken}
        waiting = _contents.get(self._volume, {})
        if not waiting and self._is_left:
            self._remove(client)
        return [Held(name=name, size_bytes=len(content)) for name, content in sorted(waiting.items())]

    def _remove(self, client: Any) -> None:
        """Refused by the engine while a container has it, which then is on its way out."""
        from docker.errors import APIError

        with contextlib.suppress(APIError):
            client.api.remove_volume(self._volume)
            _read_at.pop(self._volume, None)
            for one in self._taken.iterdir() if self._taken.is_dir() else ():
                one.unlink(missing_ok=True)

    def _server_silent(self) -> Refusal:
        message = f"No server of the deployment on {self.name} tells what it collected."
        hint = "It may be starting, or run an image that is not ours; what is in its volume stays there."
        return Refusal("spool_unreachable", message, hint=hint, status=503)

    @property
    def _taken(self) -> Path:
        return Path(settings.DATA_DIR) / "spool-taken" / str(self._pk)


def _lives(client: Any, there: Sequence[Container]) -> frozenset[tuple[str, str]] | None:
    """Of containers that have ended, each with when it was started last; None while one of them may run."""
    if any(one.status not in ("exited", "dead") for one in there):
        return None
    told = {one.id: client.api.inspect_container(one.id)["State"] for one in there}
    return frozenset((id, str(state.get("StartedAt"))) for id, state in told.items())


def _segments(files: dict[str, bytes]) -> dict[str, bytes]:
    """Sealed ones, and those that dead servers left open, without their torn end."""
    found: dict[str, bytes] = {}
    for file, content in files.items():
        name, dot, ending = file.partition(".")
        if SEGMENT_NAME.fullmatch(name) and f"{dot}{ending}" in (OPEN, SEALED):
            sound = content[: cut(content)]
            if len(sound) > len(MAGIC):
                found[name] = sound
    return found
