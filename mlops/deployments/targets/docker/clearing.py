"""Ends containers that no row asks for any more, once the router has turned away from them: each look goes on where the
last one came to. A container's name tells since when it is ending."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Sequence
from typing import Any

from mlops.deployments.models import Deployment
from mlops.deployments.routing import published_table
from mlops.deployments.targets.docker.containers import ENDING, Container, containers
from mlops.deployments.targets.docker.engines import Engine
from mlops.deployments.targets.docker.rows import started, studio, wanted

UNROUTED_SECONDS = 2.0
"""Routers elsewhere ask for their table twice a second."""
DRAIN_SECONDS = 70.0
"""A server finishes what it has in hand; then it is killed."""


def clear(client: Any, engine: Engine, rows: Iterable[Deployment], *, there: Sequence[Container] | None = None) -> bool:
    """Whether containers of ours stay. `rows`: all of this engine."""
    there = containers(client, studio=studio()) if there is None else there
    kept = {one.key for row in rows for one in wanted(row, started=started(row, there))}
    surplus = [one for one in there if one.key not in kept or one.ending_since]
    routed = _routed() if surplus else None
    for one in surplus:
        with contextlib.suppress(_docker_error()):
            _end(client, one, routed, url=f"http://{engine.address}:{one.port}")
    return bool(there)


def _end(client: Any, container: Container, routed: frozenset[str] | None, *, url: str) -> None:
    """Docker's own `stop` would wait for the end; after a signal the next look finds what became of it."""
    if container.status != "running":
        client.api.remove_container(container.id, force=True, v=True)
    elif container.ending_since:
        if time.time() - container.ending_since > DRAIN_SECONDS:
            client.api.remove_container(container.id, force=True, v=True)
    elif routed is not None and url not in routed:
        client.api.rename(container.id, f"{container.name}{ENDING}{int(time.time())}")
        client.api.kill(container.id, signal=_signal(client.api.inspect_container(container.id)))


def _signal(told: dict[str, Any]) -> str:
    return str((told.get("Config") or {}).get("StopSignal") or "SIGTERM")


def _routed() -> frozenset[str] | None:
    """URLs of the routers' table; None while it is so new that routers may not have it yet."""
    found = published_table()
    if found is None:
        return frozenset()
    table, since = found
    if time.time() - since < UNROUTED_SECONDS:
        return None
    return frozenset(b.url.rstrip("/") for e in table.endpoints for d in e.deployments for b in d.backends)


def _docker_error() -> type[Exception]:
    """Another worker was quicker, or the engine is not in the mood: the next look tries again."""
    from docker.errors import APIError

    kind: type[Exception] = APIError
    return kind
