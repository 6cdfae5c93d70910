"""What runs on an engine, as it says itself: one listing for all of our containers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mlops.deployments.targets.docker.wanted import LABEL

ENDING = ".ending-"
"""In the name of a container that was told to end; the Unix second follows."""


class Container(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    deployment: str
    revision: int
    replica: int
    status: str
    """created, running, restarting, removing, paused, exited or dead."""
    image: str
    port: int | None
    """On the engine's machine; none while it does not run."""
    ending_since: int = 0

    @property
    def key(self) -> tuple[str, int, int]:
        return (self.deployment, self.revision, self.replica)


def containers(client: Any, *, studio: str, deployment: str = "") -> list[Container]:
    labels = [f"{LABEL}={studio}"] + ([f"mlops.deployment={deployment}"] if deployment else [])
    listed = client.api.containers(all=True, filters={"label": labels})
    return sorted((_container(one) for one in listed), key=lambda one: one.key)


def _container(told: Mapping[str, Any]) -> Container:
    labels = told["Labels"]
    name = told["Names"][0].lstrip("/") if told.get("Names") else told["Id"][:12]
    plain, _mark, since = name.partition(ENDING)
    ports = [one["PublicPort"] for one in told.get("Ports") or () if "PublicPort" in one]
    return Container(
        id=told["Id"],
        name=plain,
        deployment=labels.get("mlops.deployment", ""),
        revision=int(labels.get("mlops.revision", 0)),
        replica=int(labels.get("mlops.replica", 0)),
        status=told["State"],
        image=told["Image"],
        port=ports[0] if ports else None,
        ending_since=int(since) if since.isdigit() else 0,
    )
