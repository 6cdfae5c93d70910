"""What the conformance suite must know of each kind of target beside the protocol: how to break it from outside."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import docker
import msgspec
from django.conf import settings

from mlops.deployments.models import Deployment
from mlops.deployments.targets.docker.wanted import LABEL, studio_name
from mlops.formats.serving import ServerState, ServingState


class Kind(Protocol):
    """A target whose machine the tests own."""

    name: str
    settings: Mapping[str, Any]
    """Of every deployment of the suite."""
    start_seconds: float
    """After which a server that starts is surely ready."""

    def kill(self, deployment: Deployment, replica: int) -> None:
        """Ends one server without a word, as a machine may."""
        ...

    def running(self, deployment: Deployment) -> int:
        """How many servers of the deployment there are, asked without the product."""
        ...

    def leftovers(self) -> list[str]:
        """What of any deployment is still there."""
        ...


class Process:
    name = "process"
    settings: Mapping[str, Any] = {"target": "process", "memory_bytes": 512 * 1024**2}
    start_seconds = 60.0

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir

    def kill(self, deployment: Deployment, replica: int) -> None:
        pid = self._servers(deployment)[replica - 1].pid
        assert pid is not None
        os.killpg(pid, signal.SIGKILL)

    def running(self, deployment: Deployment) -> int:
        return len(self._servers(deployment))

    def leftovers(self) -> list[str]:
        folders = [folder.name for folder in (self.data_dir / "serving").iterdir() if folder.name[0] != "."]
        return folders + [one.id for one in self._all() if one.pid is not None]

    def _servers(self, deployment: Deployment) -> list[ServerState]:
        return [one for one in self._all() if one.id == str(deployment.pk) and one.pid is not None]

    def _all(self) -> tuple[ServerState, ...]:
        path = self.data_dir / "serving-state.json"
        return msgspec.json.decode(path.read_bytes(), type=ServingState).servers


def _has(engine: docker.DockerClient, image: str) -> bool:
    try:
        engine.images.get(image)
    except docker.errors.ImageNotFound:
        return False
    return True


class Docker:
    name = "docker"
    settings: Mapping[str, Any] = {
        "target": "docker",
        "memory_bytes": 256 * 1024**2,
        "requirements": {"packages": ["numpy"]},
    }
    start_seconds = 90.0

    def __init__(self, engine: docker.DockerClient) -> None:
        self.engine = engine
        self._images: set[str] = set()

    def kill(self, deployment: Deployment, replica: int) -> None:
        found = [one for one in self._of(deployment) if one.labels["mlops.replica"] == str(replica)]
        found[0].kill()

    def running(self, deployment: Deployment) -> int:
        return sum(one.status == "running" for one in self._of(deployment))

    def leftovers(self) -> list[str]:
        images = [name for name in self._images if _has(self.engine, name)]
        return [one.name for one in self.containers()] + images

    def containers(self) -> list[Any]:
        mine = f"{LABEL}={studio_name(settings.SECRET_KEY)}"
        found = list(self.engine.containers.list(all=True, filters={"label": mine}))
        self._images |= {one.attrs["Image"] for one in found}
        return found

    def clear(self) -> None:
        """Its containers, the images that they were made of, and the spools."""
        for one in self.containers():
            one.remove(force=True)
        for volume in self.engine.volumes.list(filters={"label": f"{LABEL}={studio_name(settings.SECRET_KEY)}"}):
            volume.remove()
        for image in self._images:
            with contextlib.suppress(docker.errors.APIError):
                self.engine.images.remove(image, force=True)

    def _of(self, deployment: Deployment) -> list[Any]:
        return [one for one in self.containers() if one.labels["mlops.deployment"] == str(deployment.pk)]
